using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Plugins.Modbus.Session;

/// <summary>The rules by which one device is asked over a serial line. Immutable.</summary>
/// <param name="Dialect">The options that change frames.</param>
/// <param name="IsAscii">True for lines of Modbus ASCII, false for frames of Modbus RTU.</param>
/// <param name="ReplyTimeout">Longest time from the end of a request to the beginning of its reply.</param>
/// <param name="Retries">How often a read is repeated in the same scan if the unit answered one of the two requests before.</param>
/// <param name="Pause">Time between a reply and the next request.</param>
/// <param name="Turnaround">Time that the units have to obey a broadcast.</param>
internal sealed record SerialRules(
    ModbusDialect Dialect, bool IsAscii, TimeSpan ReplyTimeout, int Retries, TimeSpan Pause, TimeSpan Turnaround)
{
    public static SerialRules From(ModbusOptions options) => new(ModbusDialect.From(options), options.Format == FrameFormat.Ascii,
        options.ReplyTimeout, options.Retries, options.RequestPause, options.Turnaround);
}
