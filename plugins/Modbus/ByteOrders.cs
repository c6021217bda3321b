namespace PlantRuntime.Plugins.Modbus;

/// <summary>Byte orders as text.</summary>
internal static class ByteOrders
{
    public const string Names = "ABCD, DCBA, BADC, CDAB";

    public static bool TryParse(ReadOnlySpan<char> text, out ByteOrder order)
    {
        // Enum.TryParse would take "3" and "BADC,CDAB" as well.
        order = default;
        return text.Length == 4 && char.IsAsciiLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out order);
    }
}
