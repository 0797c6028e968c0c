#include <array>
#include <cmath>

#include "av.hpp"
#include "skymatte/error.hpp"
#include "skymatte/streams.hpp"
#include "to_rgb.hpp"

extern "C" {
#include <libavdevice/avdevice.h>
#include <libavutil/pixdesc.h>
}

namespace skymatte {
namespace {

constexpr const char* patience = "10000000";  // microseconds after which a silent address counts as gone

struct CloseInput {
    void operator()(AVFormatContext* input) const { avformat_close_input(&input); }
};
using Input = std::unique_ptr<AVFormatContext, CloseInput>;

bool is_number(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

bool is_camera(const std::string& input) { return is_number(input) || input.starts_with("/dev/video"); }

bool is_address(const std::string& input) { return input.find("://") != std::string::npos; }

Input open_input(const std::string& input) {
    std::string address = input;
    const AVInputFormat* format = nullptr;
    AVDictionary* settings = nullptr;
    if (is_camera(input)) {
        avdevice_register_all();
        format = av_find_input_format("v4l2");
        if (is_number(input)) address = "/dev/video" + input;
    } else if (is_address(input)) {
        av_dict_set(&settings, "timeout", patience, 0);
    } else {
        address = "file:" + input;  // so that a colon in its name is none of an address
    }
    AVFormatContext* context = nullptr;
    const int opened = avformat_open_input(&context, address.c_str(), format, &settings);
    av_dict_free(&settings);
    if (opened < 0) throw Error(input + ": cannot be opened as a video: " + av::text(opened));
    Input owned(context);
    const int known = avformat_find_stream_info(owned.get(), nullptr);
    if (known < 0) throw Error(input + ": no video in it: " + av::text(known));
    return owned;
}

void refuse_hdr(const std::string& input, AVColorTransferCharacteristic transfer) {
    if (transfer == AVCOL_TRC_SMPTE2084 || transfer == AVCOL_TRC_ARIB_STD_B67)
        throw Error(input + ": HDR video (" + av_color_transfer_name(transfer) +
                    ") is not read by this program; use the Python program: skymatte video");
}

class VideoReader final : public Source {
public:
    explicit VideoReader(const std::string& input) : input_(open_input(input)) {
        const AVCodec* decoder = nullptr;
        stream_number_ = av_find_best_stream(input_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0);
        if (stream_number_ < 0 || decoder == nullptr) throw Error(input + ": no video in it that can be decoded");
        open_decoder(*decoder, is_camera(input) || input.starts_with("rtsp"), input);
        describe(input);
    }

    std::optional<Frame> next() override {
        while (receive()) {
            const auto taken = std::chrono::steady_clock::now();
            const std::int64_t index = count_++;
            if (frame_->flags & AV_FRAME_FLAG_CORRUPT || frame_->decode_error_flags != 0) {
                ++damaged_;
                continue;
            }
            Frame frame{index, time_of(*frame_), to_rgb_(*frame_, coded_, turn_), taken};
            return frame;
        }
        return std::nullopt;
    }

    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] std::int64_t damaged() const override { return damaged_; }

private:
    void open_decoder(const AVCodec& decoder, bool live, const std::string& input) {
        codec_.reset(avcodec_alloc_context3(&decoder));
        avcodec_parameters_to_context(codec_.get(), stream().codecpar);
        codec_->thread_count = 0;
        // Threads that work on several frames at once hold as many back: too late for who watches a camera.
        codec_->thread_type = live ? FF_THREAD_SLICE : FF_THREAD_FRAME | FF_THREAD_SLICE;
        const int opened = avcodec_open2(codec_.get(), &decoder, nullptr);
        if (opened < 0) throw Error(input + ": cannot be decoded: " + av::text(opened));
        info_.live = live;
    }

    void describe(const std::string& input) {
        const AVCodecParameters& coded = *stream().codecpar;
        if (coded.width < 1 || coded.height < 1) throw Error(input + ": no video in it: its size is not known");
        refuse_hdr(input, coded.color_trc);
        turn_ = turn_of(stream());
        coded_ = cv::Size(coded.width, coded.height);
        const AVRational rate = av_guess_frame_rate(input_.get(), &stream(), nullptr);
        const AVRational aspect = av_guess_sample_aspect_ratio(input_.get(), &stream(), nullptr);
        info_.name = input;
        info_.size = turn_.transposed ? cv::Size(coded_.height, coded_.width) : coded_;
        info_.rate = {rate.num, std::max(1, rate.den)};
        info_.time_base = {stream().time_base.num, stream().time_base.den};
        if (aspect.num > 0) info_.pixel_aspect = turn_.transposed ? Rational{aspect.den, aspect.num}
                                                                         : Rational{aspect.num, aspect.den};
        info_.colour = {coded.color_primaries, coded.color_trc, coded.color_space};
    }

    [[nodiscard]] AVStream& stream() const { return *input_->streams[stream_number_]; }

    /// Decodes one frame into frame_; false at the end.
    bool receive() {
        for (;;) {
            const int received = avcodec_receive_frame(codec_.get(), frame_.get());
            if (received == 0) return true;
            if (received == AVERROR_EOF) return false;
            if (received != AVERROR(EAGAIN)) lose_one();
            else feed();
        }
    }

    /// Gives the decoder the stream's next packet, or the end.
    void feed() {
        for (;;) {
            const int read = av_read_frame(input_.get(), packet_.get());
            if (read < 0) {  // the end, or where the file was cut off: what came before it still counts
                avcodec_send_packet(codec_.get(), nullptr);
                return;
            }
            const bool ours = packet_->stream_index == stream_number_;
            const int sent = ours ? avcodec_send_packet(codec_.get(), packet_.get()) : 0;
            av_packet_unref(packet_.get());
            if (sent < 0) lose_one();
            if (ours) return;
        }
    }

    void lose_one() {
        ++damaged_;
        ++count_;
    }

    /// Since the first frame, later than the one before.
    std::int64_t time_of(const AVFrame& frame) {
        std::int64_t time = frame.best_effort_timestamp;
        if (time == AV_NOPTS_VALUE) {
            const double step = info_.rate.num > 0 ? 1 / (info_.rate.value() * info_.time_base.value()) : 1.0;
            time = last_ + std::max<std::int64_t>(1, std::llround(step));
        } else {
            if (!first_) first_ = stream().start_time != AV_NOPTS_VALUE ? stream().start_time : time;
            time = std::max(time - *first_, last_ + 1);
        }
        last_ = time;
        return time;
    }

    Input input_;
    av::Codec codec_;
    av::Frame frame_{av_frame_alloc()};
    av::Packet packet_{av_packet_alloc()};
    int stream_number_ = -1;
    StreamInfo info_;
    cv::Size coded_;
    Turn turn_;
    ToRgb to_rgb_;
    std::int64_t count_ = 0, damaged_ = 0, last_ = -1;
    std::optional<std::int64_t> first_;
};

}  // namespace

std::unique_ptr<Source> open_video(const std::string& input) { return std::make_unique<VideoReader>(input); }

}  // namespace skymatte
