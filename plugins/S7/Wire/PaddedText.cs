using System.Text;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>Texts of a fixed length, filled up with zeros or spaces.</summary>
internal static class PaddedText
{
    /// <summary>The text, without what a console could not show.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        return string.Concat(text.Where(letter => !char.IsControl(letter))).Trim();
    }
}
