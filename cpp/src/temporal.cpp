#include "skymatte/temporal.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "flow.hpp"
#include "read_between.hpp"

namespace skymatte {
namespace {

constexpr double past_share = 0.75;   // the most that the past counts for
constexpr double sure = 0.02;        // rows with no pixel farther from 0 and 1 have nothing to steady
constexpr int reach = 16;            // a share of the height around the others is looked at, too
constexpr double cut = 0.35;         // with less than this share of the picture recognised it is another picture

cv::Mat enlarged(const cv::Mat& small, cv::Size size) {
    cv::Mat large;
    cv::resize(small, large, size, 0, 0, cv::INTER_LINEAR);
    return large;
}

/// From the first to behind the last row that has a pixel farther from 0 and 1.
cv::Range open_rows(const cv::Mat& matte) {
    cv::Mat open;
    cv::inRange(matte, sure, 1 - sure, open);
    const cv::Rect box = cv::boundingRect(open);
    return {box.y, box.y + box.height};
}

/// The rows of both and those between, and a margin; none if both are empty.
cv::Range around(const cv::Range& now, const cv::Range& before, int height) {
    if (now.empty() && before.empty()) return {0, 0};
    const cv::Range& one = now.empty() ? before : now;
    const cv::Range& other = before.empty() ? now : before;
    const int margin = height / reach;
    return {std::max(0, std::min(one.start, other.start) - margin),
            std::min(height, std::max(one.end, other.end) + margin)};
}

/// α + k·(h − α) of every pixel of some rows: α the matte, h the history where the pixel was, k its trust by at most `most`.
cv::Mat mixed(const cv::Mat& matte, const cv::Mat& history, const Motion& motion, double most,
              const cv::Range& where) {
    const cv::Mat flow = enlarged(motion.flow, matte.size());
    const cv::Mat share = enlarged(motion.trust * most, matte.size());
    // A small pixel's flow, counted in full-size pixels.
    const float across = static_cast<float>(matte.cols) / static_cast<float>(motion.flow.cols);
    const float down = static_cast<float>(matte.rows) / static_cast<float>(motion.flow.rows);
    cv::Mat steady = matte.clone();
    for (int y = where.start; y < where.end; ++y) {
        const auto* now = matte.ptr<float>(y);
        const auto* weight = share.ptr<float>(y);
        const auto* moved = flow.ptr<cv::Vec2f>(y);
        auto* to = steady.ptr<float>(y);
        for (int x = 0; x < matte.cols; ++x) {
            if (weight[x] == 0) continue;
            const float before = read_sharply(history, static_cast<float>(x) + moved[x][0] * across,
                                              static_cast<float>(y) + moved[x][1] * down);
            to[x] += weight[x] * (std::clamp(before, 0.0F, 1.0F) - now[x]);
        }
    }
    return steady;
}

}  // namespace

struct TemporalFilter::Memory {
    FlowMeter meter;
    cv::Mat grey, steady;
    cv::Range open;
    int since_cut = 0;
};

TemporalFilter::TemporalFilter() : memory_(std::make_unique<Memory>()) {}

TemporalFilter::~TemporalFilter() = default;

cv::Mat TemporalFilter::step(const cv::Mat& rgb, const cv::Mat& matte) {
    Memory& memory = *memory_;
    const cv::Mat now = small_grey(rgb);
    cv::Mat steady = matte;
    const cv::Range open = open_rows(matte);
    ++memory.since_cut;
    if (memory.grey.size() == now.size() && memory.steady.size() == matte.size()) {
        const Motion motion = memory.meter.measure(memory.grey, now);
        if (cv::mean(motion.trust)[0] >= cut)
            steady = mixed(matte, memory.steady, motion, std::min(past_share, 1 - 1.0 / memory.since_cut),
                           around(open, memory.open, matte.rows));
        else
            memory.since_cut = 1;
    }
    memory.grey = now;
    memory.steady = steady;
    memory.open = open;
    return steady;
}

}  // namespace skymatte
