using System.IO.Ports;

namespace PlantRuntime.Serial;

/// <summary>The settings of a serial line as one device needs them. Immutable.</summary>
/// <param name="Port">Device file or port name: <c>/dev/ttyUSB0</c>, <c>/dev/serial/by-id/…</c>, <c>COM3</c>.</param>
/// <param name="Baud">Bits per second.</param>
/// <param name="Parity">Parity bit of each character.</param>
/// <param name="DataBits">Data bits of each character, 7 or 8.</param>
/// <param name="StopBits">Stop bits of each character.</param>
public sealed record SerialSettings(string Port, int Baud, Parity Parity, int DataBits, StopBits StopBits)
{
    // Above 19,200 baud the pauses of Modbus are constant (Modbus over Serial Line V1.02, clause 2.5.1.1).
    private const int FastBaud = 19_200;
    private static readonly TimeSpan s_fastSilence = TimeSpan.FromMicroseconds(1750);

    /// <summary>True if RTS switches the transmitter of an RS-485 adapter: on while sending, off while receiving.</summary>
    public bool RtsSends { get; init; }

    /// <summary>True if the adapter returns each byte that it sends, which is then read and dropped.</summary>
    public bool HasEcho { get; init; }

    /// <summary>Bits of one character on the line: start, data, parity and stop bits.</summary>
    public double CharacterBits => 1 + DataBits + (Parity == Parity.None ? 0 : 1)
        + (StopBits == StopBits.Two ? 2 : StopBits == StopBits.OnePointFive ? 1.5 : 1);

    /// <summary>The silence that separates frames: 3.5 characters, and 1.75 ms above 19,200 baud.</summary>
    public TimeSpan FrameSilence => Baud > FastBaud ? s_fastSilence : DurationOf(3.5);

    /// <summary>Computes how long a number of characters takes on the line.</summary>
    public TimeSpan DurationOf(double characters) => TimeSpan.FromSeconds(characters * CharacterBits / Baud);

    /// <summary>Returns the settings in the field's short form: <c>9600 8N1</c>.</summary>
    public override string ToString() =>
        $"{Baud} {DataBits}{Parity.ToString()[0]}{(StopBits == StopBits.Two ? "2" : StopBits == StopBits.OnePointFive ? "1.5" : "1")}";
}
