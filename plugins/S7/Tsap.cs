using System.Globalization;

namespace PlantRuntime.Plugins.S7;

/// <summary>Transport service access points as Siemens' tools write them: two bytes in hex, "02.00"; also "0x0200" and "0200".</summary>
internal static class Tsap
{
    /// <summary>High byte: kind of connection; low byte: three bits of rack, five of slot.</summary>
    public static ushort Of(ConnectionType type, int rack, int slot) => (ushort)((int)type << 8 | rack << 5 | slot);

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
