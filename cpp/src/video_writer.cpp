#include <array>
#include <filesystem>
#include <unistd.h>

#include "av.hpp"
#include "skymatte/error.hpp"
#include "skymatte/streams.hpp"

extern "C" {
#include <libavutil/opt.h>
}

namespace skymatte {
namespace {

namespace fs = std::filesystem;

struct FreeOutput {
    void operator()(AVFormatContext* output) const {
        if (output->pb != nullptr) avio_closep(&output->pb);
        avformat_free_context(output);
    }
};
using Output = std::unique_ptr<AVFormatContext, FreeOutput>;

/// Beside the file itself, hidden, with the same extension: the container is known by it.
fs::path unfinished(const fs::path& path) {
    return path.parent_path() / ("." + path.stem().string() + ".part" + std::to_string(getpid()) + path.extension().string());
}

class VideoWriter final : public Sink {
public:
    VideoWriter(const std::string& path, const SinkOptions& options)
        : path_(path), partial_(unfinished(path_)), grey_(options.grey) {
        AVFormatContext* context = nullptr;
        if (avformat_alloc_output_context2(&context, nullptr, nullptr, path.c_str()) < 0 ||
            context->oformat->video_codec == AV_CODEC_ID_NONE)
            throw UsageError(path + ": no kind of video has this extension; use .mp4, .mkv or .mov");
        output_.reset(context);
        open_encoder(options.info);
        open_file(options.info);
    }

    ~VideoWriter() override {
        output_.reset();
        std::error_code ignored;
        if (!closed_) fs::remove(partial_, ignored);
    }

    VideoWriter(const VideoWriter&) = delete;
    VideoWriter& operator=(const VideoWriter&) = delete;

    void write(std::int64_t time, const cv::Mat& picture) override {
        const av::Frame frame = converted(picture);
        frame->pts = time;
        encode(frame.get());
    }

    void close() override {
        encode(nullptr);
        check(av_write_trailer(output_.get()));
        check(avio_closep(&output_->pb));
        std::error_code failed;
        fs::rename(partial_, path_, failed);
        if (failed) throw Error(path_.string() + ": cannot be written: " + failed.message());
        closed_ = true;
    }

private:
    void open_encoder(const StreamInfo& info) {
        const AVCodec* encoder = avcodec_find_encoder_by_name("libx264");
        if (encoder == nullptr) throw Error(path_.string() + ": this FFmpeg has no libx264 to write H.264 with");
        codec_.reset(avcodec_alloc_context3(encoder));
        // Colour is stored at half the size: sides are made even by repeating the last column and row.
        codec_->width = grey_ ? info.size.width : info.size.width + info.size.width % 2;
        codec_->height = grey_ ? info.size.height : info.size.height + info.size.height % 2;
        codec_->pix_fmt = grey_ ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_YUV420P;
        codec_->color_range = grey_ ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
        codec_->time_base = {info.time_base.num, info.time_base.den};
        codec_->framerate = {info.rate.num, info.rate.den};
        codec_->sample_aspect_ratio = {info.pixel_aspect.num, info.pixel_aspect.den};
        if (!grey_) {
            codec_->color_primaries = static_cast<AVColorPrimaries>(info.colour.primaries);
            codec_->color_trc = static_cast<AVColorTransferCharacteristic>(info.colour.transfer);
            codec_->colorspace = static_cast<AVColorSpace>(info.colour.matrix == AVCOL_SPC_RGB ? AVCOL_SPC_UNSPECIFIED
                                                                                             : info.colour.matrix);
        }
        if (output_->oformat->flags & AVFMT_GLOBALHEADER) codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        av_opt_set(codec_->priv_data, "preset", "superfast", 0);
        av_opt_set(codec_->priv_data, grey_ ? "qp" : "crf", grey_ ? "0" : "20", 0);
        check(avcodec_open2(codec_.get(), encoder, nullptr));
    }

    void open_file(const StreamInfo& info) {
        AVStream* stream = avformat_new_stream(output_.get(), nullptr);
        check(avcodec_parameters_from_context(stream->codecpar, codec_.get()));
        stream->time_base = codec_->time_base;
        stream->avg_frame_rate = {info.rate.num, info.rate.den};
        stream->sample_aspect_ratio = codec_->sample_aspect_ratio;
        check(avio_open(&output_->pb, ("file:" + partial_.string()).c_str(), AVIO_FLAG_WRITE));
        check(avformat_write_header(output_.get(), nullptr));
    }

    av::Frame converted(const cv::Mat& picture) {
        const cv::Size size(codec_->width, codec_->height);
        cv::Mat even = picture;
        if (picture.size() != size)
            cv::copyMakeBorder(picture, even, 0, size.height - picture.rows, 0, size.width - picture.cols, cv::BORDER_REPLICATE);
        av::Frame frame(av_frame_alloc());
        frame->format = codec_->pix_fmt;
        frame->width = size.width;
        frame->height = size.height;
        check(av_frame_get_buffer(frame.get(), 0));
        if (grey_) {
            cv::Mat plane(size, CV_8UC1, frame->data[0], static_cast<std::size_t>(frame->linesize[0]));
            even.copyTo(plane);
            return frame;
        }
        scaler_.reset(sws_getCachedContext(scaler_.release(), size.width, size.height, AV_PIX_FMT_RGB24, size.width,
                                           size.height, AV_PIX_FMT_YUV420P, SWS_BICUBIC, nullptr, nullptr, nullptr));
        const int* matrix = sws_getCoefficients(codec_->colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT : codec_->colorspace);
        sws_setColorspaceDetails(scaler_.get(), matrix, 1, matrix, 0, 0, 1 << 16, 1 << 16);
        const std::array<const std::uint8_t*, 4> planes{even.data};
        const std::array<int, 4> strides{static_cast<int>(even.step)};
        sws_scale(scaler_.get(), planes.data(), strides.data(), 0, size.height, frame->data, frame->linesize);
        return frame;
    }

    /// Hands the encoder a frame, or the end, and writes what it gives back.
    void encode(const AVFrame* frame) {
        check(avcodec_send_frame(codec_.get(), frame));
        for (;;) {
            const int received = avcodec_receive_packet(codec_.get(), packet_.get());
            if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) return;
            check(received);
            av_packet_rescale_ts(packet_.get(), codec_->time_base, output_->streams[0]->time_base);
            packet_->stream_index = 0;
            check(av_interleaved_write_frame(output_.get(), packet_.get()));
        }
    }

    void check(int result) const {
        if (result < 0) throw Error(path_.string() + ": cannot be written: " + av::text(result));
    }

    fs::path path_, partial_;
    bool grey_, closed_ = false;
    Output output_;
    av::Codec codec_;
    av::Scaler scaler_;
    av::Packet packet_{av_packet_alloc()};
};

}  // namespace

std::unique_ptr<Sink> create_video(const std::string& path, const SinkOptions& options) {
    return std::make_unique<VideoWriter>(path, options);
}

}  // namespace skymatte
