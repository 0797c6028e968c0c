/// How long something takes, over any number of times, in constant memory.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace skymatte {

/// Durations of one stage of the work.  Not safe to use from several threads.
class Timing {
public:
    void add(double milliseconds);
    void add(const Timing& other);
    [[nodiscard]] std::int64_t count() const { return count_; }
    [[nodiscard]] double mean() const { return count_ > 0 ? sum_ / static_cast<double>(count_) : 0; }
    /// The duration that a share of all stays below, exact to 2 %.
    [[nodiscard]] double quantile(double share) const;

private:
    std::array<std::int64_t, 1024> bins_{};  // 2 % wide each, from a microsecond up
    std::int64_t count_ = 0;
    double sum_ = 0;
};

/// Adds the time from its construction to its end.
class Stopwatch {
public:
    explicit Stopwatch(Timing& timing) : timing_(timing) {}
    ~Stopwatch() { timing_.add(milliseconds()); }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

private:
    [[nodiscard]] double milliseconds() const {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
    }
    Timing& timing_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace skymatte
