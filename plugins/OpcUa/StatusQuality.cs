using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa;

/// <summary>
/// Maps a status to the host's quality (OPC 10000-8, 6.3, tables 16 to 18, and 10000-4, 7.39.2). The reason beside the quality is the
/// status' own name. An uncertain value is kept where it can still be of use, but it is never Good.
/// </summary>
internal static class StatusQuality
{
    public static Quality Of(StatusCode status) => status switch
    {
        { IsGood: true } => Quality.Good,
        { IsUncertain: true } => Uncertain(status.Condition),
        _ => Bad(status.Condition),
    };

    /// <summary>True if the value of a status that is not good is shown all the same.</summary>
    public static bool KeepsValue(StatusCode status) => status.IsUncertain && Uncertain(status.Condition) != Quality.BadRange;

    private static Quality Uncertain(uint condition) => condition switch
    {
        0x4094_0000 => Quality.BadRange, // UncertainEngineeringUnitsExceeded
        0x4093_0000 or 0x4095_0000 => Quality.BadDevice, // UncertainSensorNotAccurate, UncertainSubNormal
        _ => Quality.Stale, // UncertainLastUsableValue, UncertainInitialValue, UncertainSubstituteValue and others
    };

    private static Quality Bad(uint condition) => condition switch
    {
        StatusCodes.BadNodeIdUnknown or StatusCodes.BadNodeIdInvalid or StatusCodes.BadAttributeIdInvalid
            or StatusCodes.BadIndexRangeInvalid
            or StatusCodes.BadIndexRangeNoData or StatusCodes.BadNoMatch or 0x805D_0000 or 0x8060_0000 => Quality.BadAddress,
        StatusCodes.BadNoCommunication or StatusCodes.BadWaitingForInitialData or StatusCodes.BadTimeout or StatusCodes.BadConnectionClosed
            or 0x8005_0000 or 0x808A_0000 or 0x800D_0000 or 0x80B7_0000 => Quality.BadComm,
        StatusCodes.BadDataEncodingInvalid or StatusCodes.BadDataEncodingUnsupported or StatusCodes.BadTypeMismatch
            or StatusCodes.BadDecodingError => Quality.BadType,
        StatusCodes.BadOutOfRange => Quality.BadRange,
        _ => Quality.BadDevice,
    };
}
