/// Decoding, finding, drawing and writing, all at the same time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "skymatte/draw.hpp"
#include "skymatte/finder.hpp"
#include "skymatte/frame.hpp"
#include "skymatte/timing.hpp"

namespace skymatte {

/// What is drawn of each frame.
enum class Kind { overlay, mask, matte };

/// How to run the pipeline.
struct PipelineOptions {
    Kind kind = Kind::overlay;
    double opacity = usual_opacity;
    double threshold = 0.5;
    int workers = 1;       ///< how many frames are looked at at once
    bool steady = true;    ///< the temporal filter
};

/// What happened.
struct Summary {
    std::int64_t frames = 0, dropped = 0;
    double seconds = 0, sky_fraction = 0;
    Timing decode, find, steady, draw, encode, latency;
    [[nodiscard]] double rate() const { return seconds > 0 ? static_cast<double>(frames) / seconds : 0; }
};

/// Is told of every frame in order, in the thread that called run: the frame, its matte and the summary so far.
using Watcher = std::function<void(const Frame&, const cv::Mat& matte, const Summary&)>;

/// Works a source off.
///
/// \param sink     takes what is drawn; may be null
/// \param stop     when true nothing more is read: what has been read is finished
/// \param watch    may be empty
/// Throws what source, finder, sink or watcher throw, once all threads are over.  The sink is left open.
Summary run(Source& source, const SkyFinder& finder, Sink* sink, const PipelineOptions& options,
            const std::atomic<bool>& stop, const Watcher& watch = {});

}  // namespace skymatte
