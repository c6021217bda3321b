using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>What a fault makes of a tag.</summary>
internal static class FaultQuality
{
    /// <summary>
    /// 01 to 03 say that the device has no such thing to read; other codes are troubles of its own; no code is a reply not to be trusted.
    /// </summary>
    public static Quality Of(ReplyFault fault) => fault.Code switch
    {
        0 => Quality.BadComm,
        <= 3 => Quality.BadAddress,
        _ => Quality.BadDevice,
    };
}
