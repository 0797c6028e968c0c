/// Frames, and where they come from and go to.
#pragma once

#include <chrono>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>
#include <string>

namespace skymatte {

/// A fraction, of a second or of pixels.
struct Rational {
    int num = 0;
    int den = 1;
    [[nodiscard]] double value() const { return static_cast<double>(num) / den; }
};

/// One picture of a stream.
struct Frame {
    std::int64_t index = 0;                        ///< how many came before it, damaged ones counted in
    std::int64_t time = 0;                         ///< since the first frame, in units of StreamInfo::time_base
    cv::Mat rgb;                                   ///< H×W CV_8UC3, RGB order, full range, upright, sRGB
    std::chrono::steady_clock::time_point taken;   ///< when it came in, for latency
};

/// How a stream's colours are to be read: numbers of ITU-T H.273; 2 is "not said".
struct ColourTags {
    int primaries = 2;
    int transfer = 2;
    int matrix = 2;
};

/// What is known before the first frame.
struct StreamInfo {
    std::string name;
    cv::Size size;           ///< upright
    Rational rate;           ///< frames per second on average; 0/1 if nobody knows
    Rational time_base;      ///< seconds
    Rational pixel_aspect{1, 1};
    ColourTags colour;
    bool live = false;       ///< frames come as they are taken; those that nobody takes in time are lost
};

/// Gives frames in order.
class Source {
public:
    virtual ~Source() = default;
    /// The next frame; nothing at the end.  Throws Error if the input fails for good.
    virtual std::optional<Frame> next() = 0;
    [[nodiscard]] virtual const StreamInfo& info() const = 0;
    /// How many frames were skipped as damaged so far.
    [[nodiscard]] virtual std::int64_t damaged() const = 0;
};

/// Takes drawn frames in order.
class Sink {
public:
    virtual ~Sink() = default;
    /// Writes one: H×W CV_8UC3 in RGB order, or CV_8UC1, the same kind every time.  Throws Error if it cannot be written.
    virtual void write(std::int64_t time, const cv::Mat& picture) = 0;
    /// Finishes the output.  A sink that is destroyed without it leaves no file behind.
    virtual void close() = 0;
};

}  // namespace skymatte
