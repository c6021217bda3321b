using System.Globalization;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// The kind of partner that the driver connects as; the high byte of the remote TSAP. A CPU reserves some connections for each kind.
/// </summary>
public enum ConnectionType
{
    /// <summary>A programming device.</summary>
    Pg = 1,

    /// <summary>An operator panel.</summary>
    Op = 2,

    /// <summary>Any other S7 partner.</summary>
    Basic = 3,
}

/// <summary>
/// Computes and parses transport service access points (RFC 1006), written as in Siemens' tools: two bytes in hex, "02.00"; also "0x0200"
/// and "0200". Pure.
/// </summary>
internal static class Tsap
{
    /// <summary>The driver's own TSAP unless site.toml gives another.</summary>
    public const ushort Local = 0x0100;

    /// <summary>The driver's own TSAP for an S7-200.</summary>
    public const ushort LocalS7200 = 0x1000;

    /// <summary>The TSAP of an S7-200 SMART.</summary>
    public const ushort RemoteS7200 = 0x0300;

    /// <summary>
    /// Returns the TSAP of a CPU: the high byte is the kind of connection; the low byte has three bits of rack and five of slot.
    /// </summary>
    public static ushort From(ConnectionType type, int rack, int slot) => (ushort)((int)type << 8 | rack << 5 | slot);

    public static bool TryParse(string text, out ushort tsap)
    {
        var digits = text.Trim();
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) digits = digits[2..];
        else if (digits.Length == 5 && digits[2] == '.') digits = digits.Remove(2, 1);
        tsap = 0;
        return digits.Length == 4 && ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out tsap);
    }

    public static string Wrong(string text) => $"'{text}' is no TSAP: expected two bytes in hex, \"02.00\" or \"0x0200\"";
}
