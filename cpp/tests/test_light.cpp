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

namespace {

double exposure_of(const cv::Mat& rgb) { return skymatte::Light(rgb, {}).exposure(); }

}  // namespace

TEST(exposure_brings_a_plain_frame_to_middle_grey) {
    const cv::Mat grey(48, 64, CV_8UC3, cv::Scalar::all(188));
    CHECK(check::near(exposure_of(grey) * 0.5029, 0.18, 1e-4));
    CHECK(exposure_of(cv::Mat::zeros(8, 8, CV_8UC3)) == 1);
}

TEST(one_frames_exposure_is_none_of_the_nexts) {
    const cv::Mat dark(8, 8, CV_8UC3, cv::Scalar::all(20));
    const double first = exposure_of(dark);
    CHECK(exposure_of(dark) == first);
    CHECK(check::near(skymatte::linear_codes().at<float>(255), 1, 1e-7));
}

TEST(the_darkest_and_brightest_twentieth_do_not_move_the_exposure) {
    cv::Mat frame(100, 100, CV_8UC3, cv::Scalar::all(100));
    const double plain = exposure_of(frame);
    frame.rowRange(0, 4) = cv::Scalar::all(255);
    frame.rowRange(96, 100) = cv::Scalar::all(1);
    CHECK(check::near(exposure_of(frame), plain, 1e-6 * plain));
}

TEST(encodings_are_the_python_packages) {
    for (const float light : {0.0F, 0.18F, 2.0F, 1e4F})
        CHECK(check::near(skymatte::encode(Encoding::log, light), (std::log(light + 1e-3) + 2.5) / 4.4, 1e-6));
    for (int code = 0; code < 256; ++code)
        CHECK(check::near(skymatte::encode(Encoding::ldr, skymatte::linear_codes().at<float>(code)), code / 255.0, 1e-7));
    CHECK(skymatte::encode(Encoding::ldr, 7) == 1);
}

TEST(the_way_by_the_table_and_the_way_by_the_matrix_agree) {
    cv::Mat frame(40, 60, CV_8UC3);
    cv::randu(frame, 0, 256);
    const cv::Mat table = skymatte::Light(frame, {}).encoded(Encoding::log, frame);
    const cv::Mat matrix = skymatte::Light(frame, cv::Matx33f::eye()).encoded(Encoding::log, frame);
    CHECK(cv::norm(table, matrix, cv::NORM_INF) < 1e-6);
}
