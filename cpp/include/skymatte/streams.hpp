/// Sources and sinks: video files, cameras, network addresses, raw frames.
#pragma once

#include <memory>
#include <string>

#include "skymatte/frame.hpp"

namespace skymatte {

/// Opens a video file, a camera (its number, or its device file) or an RTSP or HTTP address.
///
/// Throws Error if there is nothing to read or no video in it, or if it is HDR (PQ, HLG), which this program does not
/// know.
std::unique_ptr<Source> open_video(const std::string& input);

/// Raw frames on standard input: rgb24, row by row, nothing between them.  A last one that is cut off counts as damaged.
std::unique_ptr<Source> open_raw(cv::Size size, Rational rate);

/// Where drawn frames go.
struct SinkOptions {
    StreamInfo info;      ///< of what is written
    bool grey = false;    ///< masks and mattes: one plane, lossless
};

/// Writes H.264 into a file whose extension says what container it is; it appears under its name when it is closed.
///
/// Throws UsageError if the extension stands for no video, Error if it cannot be written.
std::unique_ptr<Sink> create_video(const std::string& path, const SinkOptions& options);

/// Writes frames to standard output, rgb24 or gray, row by row, nothing between them.
std::unique_ptr<Sink> create_raw();

}  // namespace skymatte
