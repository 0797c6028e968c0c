/// Colours of a stream's primaries as Rec.709.
#pragma once

#include <opencv2/core.hpp>
#include <optional>

namespace skymatte {

/// From linear RGB of some primaries to linear Rec.709, the white adapted (Bradford) so that white stays white.
///
/// \param primaries  number in ITU-T H.273 (2021), table 2
/// \return nothing where they are Rec.709 already, or nobody says
std::optional<cv::Matx33f> to_rec709(int primaries);

}  // namespace skymatte
