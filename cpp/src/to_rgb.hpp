/// A decoder's frame as upright RGB.
#pragma once

#include <opencv2/core.hpp>

#include "av.hpp"

namespace skymatte {

/// One of the eight ways to lay a rectangle on its place: transposed first, then mirrored.
struct Turn {
    bool transposed = false;  ///< rows become columns
    bool mirrored_x = false;  ///< left and right change places
    bool mirrored_y = false;  ///< top and bottom change places
};

/// The turn that a stream's display matrix asks for (ISO/IEC 14496-12, 8.2.2), or the nearest one.
Turn turn_of(const AVStream& stream);

/// Converts frames; keeps the scaler from frame to frame.
class ToRgb {
public:
    /// H×W CV_8UC3 in RGB order, full range, of the coded size `size`, then turned.
    cv::Mat operator()(const AVFrame& frame, cv::Size size, Turn turn);

private:
    av::Scaler scaler_;
};

}  // namespace skymatte
