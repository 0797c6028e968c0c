#include "flow.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "read_between.hpp"

namespace skymatte {
namespace {

constexpr int longest = 320, least = 96;

// Levels of 255: what differs by less after the motion is the same thing, by more another.
constexpr double alike_levels = 6, other_levels = 18;

// How far the flows back and forth may differ, by their lengths and in pixels².
constexpr float apart_share = 0.1F, apart_slack = 4;

/// h×w CV_32FC2: column and row that each pixel came from.
cv::Mat places(const cv::Mat& flow) {
    cv::Mat came_from(flow.size(), CV_32FC2);
    for (int y = 0; y < flow.rows; ++y) {
        const auto* moved = flow.ptr<cv::Vec2f>(y);
        auto* place = came_from.ptr<cv::Vec2f>(y);
        for (int x = 0; x < flow.cols; ++x)
            place[x] = {moved[x][0] + static_cast<float>(x), moved[x][1] + static_cast<float>(y)};
    }
    return came_from;
}

/// A grey picture read where each pixel came from.
cv::Mat carried(const cv::Mat& grey, const cv::Mat& came_from) {
    cv::Mat moved(came_from.size(), CV_8U);
    for (int y = 0; y < moved.rows; ++y) {
        const auto* place = came_from.ptr<cv::Vec2f>(y);
        auto* to = moved.ptr<unsigned char>(y);
        for (int x = 0; x < moved.cols; ++x)
            to[x] = cv::saturate_cast<unsigned char>(read_between<unsigned char>(grey, place[x][0], place[x][1]));
    }
    return moved;
}

float squared(const cv::Vec2f& vector) { return vector[0] * vector[0] + vector[1] * vector[1]; }

/// What the light trusts, where the flow forth leads back too, else 0.  All h×w; `answer` is the flow forth from where
/// `back` leads.
cv::Mat trusted(const cv::Mat& alike, const cv::Mat& back, const cv::Mat& answer) {
    cv::Mat trust(alike.size(), CV_32F);
    for (int y = 0; y < trust.rows; ++y) {
        const auto* light = alike.ptr<float>(y);
        const auto *one = back.ptr<cv::Vec2f>(y), *other = answer.ptr<cv::Vec2f>(y);
        auto* to = trust.ptr<float>(y);
        for (int x = 0; x < trust.cols; ++x) {
            const float lengths = squared(one[x]) + squared(other[x]);
            to[x] = squared(one[x] + other[x]) < apart_share * lengths + apart_slack ? light[x] : 0;
        }
    }
    return trust;
}

}  // namespace

cv::Mat small_grey(const cv::Mat& rgb) {
    const double scale = std::min(1.0, longest / static_cast<double>(std::max(rgb.cols, rgb.rows)));
    // nearbyint rounds halves to even, as Python does.
    const cv::Size size(std::max(least, static_cast<int>(std::nearbyint(rgb.cols * scale))),
                        std::max(least, static_cast<int>(std::nearbyint(rgb.rows * scale))));
    cv::Mat small, grey;
    cv::resize(rgb, small, size, 0, 0, cv::INTER_AREA);
    cv::cvtColor(small, grey, cv::COLOR_RGB2GRAY);
    return grey;
}

FlowMeter::FlowMeter() : back_(cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_ULTRAFAST)),
                         forth_(cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_ULTRAFAST)) {
    // The matte is moved by this one: a level finer than the preset, and as dear as it by sparser patches.
    back_->setFinestScale(1);
    back_->setPatchStride(5);
    back_->setGradientDescentIterations(8);
}

Motion FlowMeter::measure(const cv::Mat& before, const cv::Mat& now) {
    cv::Mat back = cv::Mat::zeros(now.size(), CV_32FC2), forth = back.clone();
    back_->calc(now, before, back);
    forth_->calc(before, now, forth);
    const cv::Mat came_from = places(back);
    cv::Mat change, answer;
    cv::subtract(now, carried(before, came_from), change, cv::noArray(), CV_32F);
    cv::absdiff(change, cv::Scalar(cv::mean(change)[0]), change);
    cv::blur(change, change, cv::Size(3, 3));
    cv::Mat alike = (other_levels - change) * (1 / (other_levels - alike_levels));
    alike = cv::max(cv::min(alike, 1), 0);
    cv::remap(forth, answer, came_from, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    return {back, trusted(alike, back, answer)};
}

}  // namespace skymatte
