#include <cmath>
#include <opencv2/core.hpp>

#include "check.hpp"
#include "skymatte/draw.hpp"

TEST(the_overlay_is_what_its_formula_says_for_every_code_and_matte) {
    cv::Mat rgb(256, 256, CV_8UC3), matte(256, 256, CV_32F);
    for (int y = 0; y < 256; ++y)
        for (int x = 0; x < 256; ++x) {
            rgb.at<cv::Vec3b>(y, x) = cv::Vec3b::all(static_cast<unsigned char>(x));
            matte.at<float>(y, x) = static_cast<float>(y) / 255;
        }
    const double opacity = 0.7;
    const cv::Mat drawn = skymatte::overlay(rgb, matte, opacity);
    int wrong = 0;
    for (int y = 0; y < 256; ++y)
        for (int x = 0; x < 256; ++x) {
            const int a = static_cast<int>(std::nearbyint(matte.at<float>(y, x) * static_cast<float>(255 * opacity)));
            for (int channel = 0; channel < 3; ++channel) {
                const int tint = channel == 2 ? 255 : 0;
                wrong += drawn.at<cv::Vec3b>(y, x)[channel] != (x * (255 - a) + tint * a + 127) / 255;
            }
        }
    CHECK(wrong == 0);
}

TEST(a_mask_holds_the_threshold_itself) {
    const cv::Mat matte = (cv::Mat_<float>(1, 3) << 0.3F, std::nextafter(0.3F, 0.0F), 1.0F);
    const cv::Mat drawn = skymatte::mask(matte, 0.3);
    CHECK(drawn.at<unsigned char>(0) == 255);
    CHECK(drawn.at<unsigned char>(1) == 0);
    CHECK(drawn.at<unsigned char>(2) == 255);
}

TEST(shares_are_rounded) {
    const cv::Mat matte = (cv::Mat_<float>(1, 4) << 0.0F, 0.0019F, 0.0021F, 1.0F);
    const cv::Mat drawn = skymatte::shares(matte);
    const cv::Mat expected = (cv::Mat_<unsigned char>(1, 4) << 0, 0, 1, 255);
    CHECK(cv::norm(drawn, expected, cv::NORM_INF) == 0);
}
