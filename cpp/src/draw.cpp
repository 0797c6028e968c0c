#include "skymatte/draw.hpp"

#include <opencv2/imgproc.hpp>
#include <vector>

namespace skymatte {

cv::Mat overlay(const cv::Mat& rgb, const cv::Mat& matte, double opacity) {
    cv::Mat alpha, rest, drawn, tint;
    cv::convertScaleAbs(matte, alpha, 255 * opacity);
    cv::bitwise_not(alpha, rest);
    cv::cvtColor(rest, rest, cv::COLOR_GRAY2RGB);
    cv::multiply(rgb, rest, drawn, 1.0 / 255);
    const cv::Mat nothing = cv::Mat::zeros(alpha.size(), CV_8UC1);
    cv::merge(std::vector<cv::Mat>{nothing, nothing, alpha}, tint);
    cv::add(drawn, tint, drawn);
    return drawn;
}

cv::Mat mask(const cv::Mat& matte, double threshold) { return matte >= static_cast<float>(threshold); }

cv::Mat shares(const cv::Mat& matte) {
    cv::Mat drawn;
    cv::convertScaleAbs(matte, drawn, 255);
    return drawn;
}

}  // namespace skymatte
