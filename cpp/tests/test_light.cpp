#include <cmath>

#include "check.hpp"
#include "skymatte/light.hpp"

using skymatte::Encoding;

TEST(linear_light_is_srgbs) {
    const cv::Mat& linear = skymatte::linear_codes();
    CHECK(linear.at<float>(0) == 0);
    CHECK(check::near(linear.at<float>(255), 1, 1e-7));
    CHECK(check::near(linear.at<float>(188), 0.5029, 1e-4));  // the middle of light lies at code 188
    CHECK(check::near(linear.at<float>(5), 5 / 255.0 / 12.92, 1e-9));
}

TEST(exposure_brings_a_plain_frame_to_middle_grey) {
    const cv::Mat grey(48, 64, CV_8UC3, cv::Scalar::all(188));
    CHECK(check::near(skymatte::exposure_scale(grey) * 0.5029, 0.18, 1e-4));
    CHECK(skymatte::exposure_scale(cv::Mat::zeros(8, 8, CV_8UC3)) == 1);
}

TEST(the_darkest_and_brightest_twentieth_do_not_move_the_exposure) {
    cv::Mat frame(100, 100, CV_8UC3, cv::Scalar::all(100));
    const double plain = skymatte::exposure_scale(frame);
    frame.rowRange(0, 4) = cv::Scalar::all(255);
    frame.rowRange(96, 100) = cv::Scalar::all(1);
    CHECK(check::near(skymatte::exposure_scale(frame), plain, 1e-6 * plain));
}

TEST(encodings_are_the_python_packages) {
    const cv::Mat light = (cv::Mat_<float>(1, 4) << 0.0F, 0.18F, 2.0F, 1e4F);
    const cv::Mat log = skymatte::encoded_codes(Encoding::log, light);
    for (int each = 0; each < 4; ++each)
        CHECK(check::near(log.at<float>(each), (std::log(light.at<float>(each) + 1e-3) + 2.5) / 4.4, 1e-6));
    const cv::Mat ldr = skymatte::encoded_codes(Encoding::ldr, skymatte::linear_codes());
    for (int code = 0; code < 256; ++code) CHECK(check::near(ldr.at<float>(code), code / 255.0, 1e-7));
    CHECK(skymatte::encoded_codes(Encoding::ldr, light).at<float>(3) == 1);
}
