#include "options.hpp"

#include <charconv>
#include <functional>
#include <map>
#include <string_view>
#include <thread>

#include "skymatte/error.hpp"

namespace skymatte::program {

const char* const usage =
    R"(skymatte-video INPUT --model MODEL.onnx [-o OUT] [--show] [options]

  INPUT               video file, camera (its number or device file), RTSP or HTTP address,
                      or - for raw rgb24 frames on standard input (with --size)
  -o OUT              .mp4, .mkv, .mov, or - for raw frames on standard output
  --show              a window; keys: space pause, + and - opacity, q or Esc quit
  --model FILE        ONNX file with a skymatte card
  --write KIND        overlay (usual), mask or matte
  --opacity N         of the blue where all is sky, 0 to 1 (usual: 0.5)
  --threshold N       matte value from which a pixel is sky (usual: what the model's card says)
  --no-temporal       every frame by itself
  --provider NAME     cpu (usual), cuda or tensorrt; one that is missing is an error
  --device N          number of the GPU (usual: 0)
  --engine-cache DIR  where TensorRT keeps built engines
  --fp16              TensorRT may compute in half precision
  --threads N         of the CPU (usual: as many as there are cores)
  --size WxH          of raw input
  --fps N or N/M      of raw input (usual: 25)
  --json FILE         writes a report
)";

namespace {

template <typename Number>
Number number(const std::string& option, std::string_view text, Number least, Number most) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value >= least && value <= most))
        throw UsageError(option + ": '" + std::string(text) + "' is no number from " + std::to_string(least) + " to " +
                         std::to_string(most));
    return value;
}

constexpr int most_pixels = 32768;

cv::Size size_of(const std::string& text) {
    const std::size_t cross = text.find('x');
    if (cross == std::string::npos) throw UsageError("--size: '" + text + "' is no size; write it as 640x480");
    const std::string_view view = text;
    return {number("--size", view.substr(0, cross), 1, most_pixels), number("--size", view.substr(cross + 1), 1, most_pixels)};
}

Rational rate_of(const std::string& text) {
    const std::size_t slash = text.find('/');
    const std::string_view view = text;
    if (slash == std::string::npos) return {number("--fps", view, 1, 1000), 1};
    return {number("--fps", view.substr(0, slash), 1, 1'000'000), number("--fps", view.substr(slash + 1), 1, 1'000'000)};
}

Kind kind_named(const std::string& name) {
    static const std::map<std::string, Kind> kinds{
        {"overlay", Kind::overlay}, {"mask", Kind::mask}, {"matte", Kind::matte}};
    const auto found = kinds.find(name);
    if (found == kinds.end()) throw UsageError("--write: unknown kind '" + name + "'; choose one of overlay, mask, matte");
    return found->second;
}

void check(const Options& options) {
    if (options.input.empty()) throw UsageError("no input; see skymatte-video --help");
    if (options.model.empty()) throw UsageError("no model; name an ONNX file with --model");
    if (options.output.empty() && !options.show) throw UsageError("nothing to do; write with -o OUT, or watch with --show");
    if (options.input == "-" && options.size.empty()) throw UsageError("raw frames have no size of their own; give it with --size WxH");
    if (options.input != "-" && !options.size.empty()) throw UsageError("--size is that of raw frames; the input brings its own");
    if (options.provider != Provider::tensorrt && (options.fp16 || !options.engine_cache.empty()))
        throw UsageError("--fp16 and --engine-cache are TensorRT's; add --provider tensorrt");
}

}  // namespace

Options parse(int count, const char* const* arguments) {
    Options options;
    using Take = std::function<void(const std::string&)>;
    const std::map<std::string, Take> with_value{
        {"-o", [&](const auto& value) { options.output = value; }},
        {"--model", [&](const auto& value) { options.model = value; }},
        {"--json", [&](const auto& value) { options.report = value; }},
        {"--write", [&](const auto& value) { options.kind = kind_named(value); }},
        {"--opacity", [&](const auto& value) { options.opacity = number("--opacity", value, 0.0, 1.0); }},
        {"--threshold", [&](const auto& value) { options.threshold = number("--threshold", value, 0.0, 1.0); }},
        {"--provider", [&](const auto& value) { options.provider = provider_named(value); }},
        {"--device", [&](const auto& value) { options.device = number("--device", value, 0, 255); }},
        {"--engine-cache", [&](const auto& value) { options.engine_cache = value; }},
        {"--threads", [&](const auto& value) { options.threads = number("--threads", value, 1, 1024); }},
        {"--size", [&](const auto& value) { options.size = size_of(value); }},
        {"--fps", [&](const auto& value) { options.rate = rate_of(value); }},
    };
    const std::map<std::string, std::function<void()>> switches{
        {"--no-temporal", [&] { options.steady = false; }},
        {"--show", [&] { options.show = true; }},
        {"--fp16", [&] { options.fp16 = true; }},
        {"--help", [&] { options.help = true; }},
    };
    for (int at = 1; at < count; ++at) {
        const std::string argument = arguments[at];
        if (const auto found = switches.find(argument); found != switches.end()) {
            found->second();
        } else if (const auto valued = with_value.find(argument); valued != with_value.end()) {
            if (++at == count) throw UsageError(argument + " needs a value");
            valued->second(arguments[at]);
        } else if (argument.starts_with('-') && argument != "-") {
            throw UsageError("unknown option " + argument + "; see skymatte-video --help");
        } else if (!options.input.empty()) {
            throw UsageError("one input at a time: '" + options.input + "' or '" + argument + "'");
        } else {
            options.input = argument;
        }
    }
    if (!options.help) check(options);
    if (options.threads == 0) options.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    return options;
}

}  // namespace skymatte::program
