#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <malloc.h>
#include <optional>
#include <thread>

extern "C" {
#include <libavutil/log.h>
}

#include "options.hpp"
#include "report.hpp"
#include "skymatte/error.hpp"
#include "skymatte/primaries.hpp"
#include "skymatte/streams.hpp"
#include "window.hpp"

namespace skymatte::program {
namespace {

std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set it");

void stop_at(int) { stop = true; }

/// Pictures come and go with every frame: memory that is given back to the system each time costs more than drawing.
void keep_memory() {
    constexpr int largest = 64 << 20, spare = 256 << 20;
    mallopt(M_MMAP_THRESHOLD, largest);
    mallopt(M_TRIM_THRESHOLD, spare);
}

std::unique_ptr<Source> open(const Options& options) {
    return options.input == "-" ? open_raw(options.size, options.rate) : open_video(options.input);
}

std::unique_ptr<Sink> create(const Options& options, const StreamInfo& info) {
    if (options.output.empty()) return nullptr;
    if (options.output == "-") return create_raw();
    return create_video(options.output, {info, options.kind != Kind::overlay});
}

/// Prints how far it is, once a second at most.
class Progress {
public:
    void operator()(const Summary& summary) {
        if (summary.seconds < next_) return;
        next_ = summary.seconds + 1;
        std::fprintf(stderr, "%lld frames, %.1f frames/s\n", static_cast<long long>(summary.frames), summary.rate());
    }

private:
    double next_ = 1;
};

/// Holds a file that is watched to its own speed.
void wait_for(const Frame& frame, const StreamInfo& info, std::chrono::steady_clock::time_point start) {
    if (info.live) return;
    const std::chrono::duration<double> due(static_cast<double>(frame.time) * info.time_base.value());
    std::this_thread::sleep_until(start + std::chrono::duration_cast<std::chrono::steady_clock::duration>(due));
}

void run(const Options& options) {
    const bool watched = options.show;
    const auto source = open(options);
    const StreamInfo& info = source->info();
    // Many frames at once for throughput, or all threads for one frame for the least delay.
    const int workers = watched || info.live || options.provider != Provider::cpu ? 1 : options.threads;
    const int threads = options.provider == Provider::cpu ? options.threads / workers : 1;
    const Model model(options.model, {options.provider, threads, options.device, options.engine_cache, options.fp16});
    cv::setNumThreads(1);  // the stages already share the cores
    const SkyFinder finder(model, to_rec709(info.colour.primaries));
    const auto sink = create(options, info);
    const double threshold = options.threshold.value_or(model.card().threshold);
    std::optional<Window> window;
    if (watched) window.emplace(info.size, options.opacity);

    Progress progress;
    const auto start = std::chrono::steady_clock::now();
    const auto watch = [&](const Frame& frame, const cv::Mat& matte, const Summary& summary) {
        progress(summary);
        if (!window || stop) return;
        wait_for(frame, info, start);
        if (!window->show(frame, matte, summary)) stop = true;
    };
    const Summary summary = skymatte::run(*source, finder, sink.get(),
                                          {options.kind, options.opacity, threshold, workers, options.steady}, stop, watch);
    if (summary.frames == 0) throw Error(info.name + ": no whole frame in it");
    if (sink) sink->close();
    std::fputs(table(summary, source->damaged()).c_str(), stderr);
    if (!options.report.empty()) write_report(options, model, info, summary, source->damaged());
}

/// 0: all done; 1: it failed; 2: asked for wrongly.
int guarded_main(int count, const char* const* arguments) {
    try {
        const Options options = parse(count, arguments);
        if (options.help) {
            std::fputs(usage, stdout);
            return 0;
        }
        run(options);
        return 0;
    } catch (const UsageError& error) {
        std::fprintf(stderr, "skymatte-video: %s\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "skymatte-video: %s\n", error.what());
        return 1;
    }
}

}  // namespace
}  // namespace skymatte::program

int main(int count, char** arguments) {
    skymatte::program::keep_memory();
    av_log_set_level(AV_LOG_QUIET);  // what fails is told by the program itself
    struct sigaction once {};
    once.sa_handler = skymatte::program::stop_at;
    once.sa_flags = static_cast<int>(SA_RESETHAND);  // the first asks to finish, the second ends at once
    sigaction(SIGINT, &once, nullptr);
    sigaction(SIGTERM, &once, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return skymatte::program::guarded_main(count, arguments);
}
