#include "skymatte/pipeline.hpp"

#include <exception>
#include <thread>
#include <vector>

#include "skymatte/line.hpp"
#include "skymatte/temporal.hpp"

namespace skymatte {
namespace {

struct Item {
    std::int64_t place = 0;
    Frame frame;
    cv::Mat matte;
};

struct Drawn {
    std::int64_t time = 0;
    cv::Mat picture;
};

/// The threads of one run, their queues, and the first error of any of them.
class Line {
public:
    Line(Source& source, const SkyFinder& finder, Sink* sink, const PipelineOptions& options, const std::atomic<bool>& stop)
        : source_(source),
          finder_(finder),
          sink_(sink),
          options_(options),
          stop_(stop),
          read_(static_cast<std::size_t>(options.workers)),
          found_(2 * options.workers),
          drawn_(2),
          find_times_(static_cast<std::size_t>(options.workers)) {}

    Summary run(const Watcher& watch) {
        const auto start = std::chrono::steady_clock::now();
        std::vector<std::thread> threads;
        threads.emplace_back([this] { guarded([this] { read(); }); });
        for (Timing& times : find_times_) threads.emplace_back([this, &times] { guarded([&] { find(times); }); });
        if (sink_ != nullptr) threads.emplace_back([this] { guarded([this] { write(); }); });
        guarded([&] { draw(start, watch); });
        drawn_.close();
        for (std::thread& each : threads) each.join();
        if (error_) std::rethrow_exception(error_);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        summary_.seconds = took.count();
        summary_.dropped = read_.dropped();
        for (const Timing& times : find_times_) summary_.find.add(times);
        if (summary_.frames > 0) summary_.sky_fraction = sky_ / static_cast<double>(summary_.frames);
        return summary_;
    }

private:
    template <typename Work>
    void guarded(Work work) {
        try {
            work();
        } catch (...) {
            {
                const std::lock_guard lock(guard_);
                if (!error_) error_ = std::current_exception();
            }
            read_.close();
            found_.close();
            drawn_.close();
        }
    }

    void read() {
        const bool live = source_.info().live;
        while (!stop_) {
            std::optional<Frame> frame;
            {
                const Stopwatch watch(summary_.decode);
                frame = source_.next();
            }
            if (!frame) break;
            const bool taken = live ? read_.put_newest(std::move(*frame)) : read_.put(std::move(*frame));
            if (!taken) break;
        }
        read_.close();
    }

    void find(Timing& times) {
        while (std::optional<Item> item = next_item()) {
            {
                const Stopwatch watch(times);
                item->matte = finder_.find(item->frame.rgb);
            }
            const std::int64_t place = item->place;
            if (!found_.put(place, std::move(*item))) return;
        }
        const std::lock_guard lock(guard_);
        found_.end_at(places_);  // those that are being worked on are below it
    }

    /// The next frame with its place in the order.  Taking and numbering go together: workers take turns.
    std::optional<Item> next_item() {
        const std::lock_guard turn(taking_);
        std::optional<Frame> frame = read_.take();
        if (!frame) return std::nullopt;
        const std::lock_guard lock(guard_);
        return Item{places_++, std::move(*frame), {}};
    }

    void draw(std::chrono::steady_clock::time_point start, const Watcher& watch) {
        TemporalFilter filter;
        while (std::optional<Item> item = found_.take()) {
            if (options_.steady) {
                const Stopwatch watched(summary_.steady);
                item->matte = filter.step(item->frame.rgb, item->matte);
            }
            cv::Mat picture;
            {
                const Stopwatch watched(summary_.draw);
                sky_ += cv::countNonZero(mask(item->matte, options_.threshold)) / static_cast<double>(item->matte.total());
                if (sink_ != nullptr) picture = drawn(*item);
            }
            ++summary_.frames;
            const auto now = std::chrono::steady_clock::now();
            summary_.seconds = std::chrono::duration<double>(now - start).count();
            summary_.latency.add(std::chrono::duration<double, std::milli>(now - item->frame.taken).count());
            if (watch) watch(item->frame, item->matte, summary_);
            if (sink_ != nullptr && !drawn_.put({item->frame.time, std::move(picture)})) return;
        }
    }

    [[nodiscard]] cv::Mat drawn(const Item& item) const {
        switch (options_.kind) {
            case Kind::mask: return mask(item.matte, options_.threshold);
            case Kind::matte: return shares(item.matte);
            case Kind::overlay: break;
        }
        return overlay(item.frame.rgb, item.matte, options_.opacity);
    }

    void write() {
        while (std::optional<Drawn> next = drawn_.take()) {
            const Stopwatch watch(summary_.encode);
            sink_->write(next->time, next->picture);
        }
    }

    Source& source_;
    const SkyFinder& finder_;
    Sink* sink_;
    const PipelineOptions& options_;
    const std::atomic<bool>& stop_;
    Queue<Frame> read_;
    Reorder<Item> found_;
    Queue<Drawn> drawn_;
    std::vector<Timing> find_times_;
    std::mutex guard_, taking_;
    std::exception_ptr error_;
    std::int64_t places_ = 0;
    Summary summary_;  // each stage writes its own timing only
    double sky_ = 0;
};

}  // namespace

Summary run(Source& source, const SkyFinder& finder, Sink* sink, const PipelineOptions& options,
            const std::atomic<bool>& stop, const Watcher& watch) {
    return Line(source, finder, sink, options, stop).run(watch);
}

}  // namespace skymatte
