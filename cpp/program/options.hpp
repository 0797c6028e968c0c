/// The command line of skymatte-video.
#pragma once

#include <optional>
#include <string>

#include "skymatte/model.hpp"
#include "skymatte/pipeline.hpp"

namespace skymatte::program {

/// What was asked for.
struct Options {
    std::string input, output, model, report;
    Provider provider = Provider::cpu;
    std::string engine_cache;
    int device = 0;
    bool fp16 = false;
    Kind kind = Kind::overlay;
    double opacity = usual_opacity;
    std::optional<double> threshold;
    cv::Size size;
    Rational rate{25, 1};
    int threads = 0;
    bool steady = true, show = false, help = false;
};

/// How to call the program.
extern const char* const usage;

/// Reads the command line.  Throws UsageError for what cannot be understood or does not go together.
Options parse(int count, const char* const* arguments);

}  // namespace skymatte::program
