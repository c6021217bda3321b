using System.Globalization;
using System.Text;
using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Devices;

/// <summary>Describes the first tags of a scan for its log line: <c>level:12.5,pump:true,flow:BAD_COMM</c>. Pure.</summary>
internal static class ScanSample
{
    private const int MaxTags = 3;
    private const int MaxValueLength = 24;

    public static string Describe(ReadOnlySpan<Sample> samples)
    {
        var text = new StringBuilder();
        foreach (ref readonly var sample in samples[..Math.Min(MaxTags, samples.Length)])
        {
            if (text.Length > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{sample.Tag.Name}:");
            if (sample.Quality != Quality.Good) text.Append(sample.Quality.ToText());
            else AppendValue(text, sample.Value.ToString());
        }

        return text.ToString();
    }

    // A blank would put the whole list between quotes.
    private static void AppendValue(StringBuilder text, string value)
    {
        var shown = value.Length > MaxValueLength ? $"{value[..MaxValueLength]}…" : value;
        text.Append(shown.Replace(' ', '_'));
    }
}
