#include <cstdio>

#include "skymatte/error.hpp"
#include "skymatte/streams.hpp"

namespace skymatte {
namespace {

class RawReader final : public Source {
public:
    RawReader(cv::Size size, Rational rate) {
        info_.name = "-";
        info_.size = size;
        info_.rate = rate;
        info_.time_base = {rate.den, rate.num};
    }

    std::optional<Frame> next() override {
        Frame frame{count_, count_, cv::Mat(info_.size, CV_8UC3), {}};
        const std::size_t size = frame.rgb.total() * frame.rgb.elemSize();
        const std::size_t got = std::fread(frame.rgb.data, 1, size, stdin);
        if (got < size) {
            if (got > 0) ++damaged_;
            return std::nullopt;
        }
        ++count_;
        frame.taken = std::chrono::steady_clock::now();
        return frame;
    }

    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] std::int64_t damaged() const override { return damaged_; }

private:
    StreamInfo info_;
    std::int64_t count_ = 0, damaged_ = 0;
};

class RawWriter final : public Sink {
public:
    void write(std::int64_t, const cv::Mat& picture) override {
        for (int y = 0; y < picture.rows; ++y) {
            const std::size_t size = static_cast<std::size_t>(picture.cols) * picture.elemSize();
            if (std::fwrite(picture.ptr(y), 1, size, stdout) < size) fail();
        }
    }

    void close() override {
        if (std::fflush(stdout) != 0) fail();
    }

private:
    [[noreturn]] static void fail() { throw Error("standard output: nobody takes the frames any more"); }
};

}  // namespace

std::unique_ptr<Source> open_raw(cv::Size size, Rational rate) { return std::make_unique<RawReader>(size, rate); }

std::unique_ptr<Sink> create_raw() { return std::make_unique<RawWriter>(); }

}  // namespace skymatte
