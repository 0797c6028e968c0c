#include "check.hpp"
#include "skymatte/primaries.hpp"

TEST(rec709_and_what_nobody_names_stay_as_they_are) {
    CHECK(!skymatte::to_rec709(1));
    CHECK(!skymatte::to_rec709(2));
}

TEST(bt2020_becomes_rec709_as_bt2087_says) {
    // ITU-R BT.2087-0, annex 1: the inverse of its matrix M2, to four places.
    const cv::Matx33f published{1.6605F, -0.5876F, -0.0728F, -0.1246F, 1.1329F, -0.0083F, -0.0182F, -0.1006F, 1.1187F};
    const auto matrix = skymatte::to_rec709(9);
    CHECK(matrix && cv::norm(*matrix - published, cv::NORM_INF) < 2e-4);
}

TEST(white_stays_white) {
    for (const int primaries : {4, 5, 6, 7, 8, 9, 11, 12, 22}) {
        const cv::Vec3f white = *skymatte::to_rec709(primaries) * cv::Vec3f(1, 1, 1);
        CHECK(cv::norm(white - cv::Vec3f(1, 1, 1), cv::NORM_INF) < 1e-5);
    }
}
