using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Sites;

/// <summary>
/// Decides whether a tag may be written: site.toml must allow it for the device and for the tag. Pure; called by the host before each write
/// and when a recipe is loaded.
/// </summary>
internal static class WriteRules
{
    /// <summary>Returns why a tag may not be written, and where to change that; null if it may be written.</summary>
    public static string? WhyRefused(SiteModel site, string device, string tag)
    {
        if (site.Devices.FirstOrDefault(d => d.Name == device) is not { } found)
            return $"no device \"{device}\"{Nearest.DidYouMean(device, site.Devices.Select(d => d.Name))}";
        if (found.Tags.FirstOrDefault(t => t.Name == tag) is not { } model)
            return $"no tag \"{tag}\" in device {device}{Nearest.DidYouMean(tag, found.Tags.Select(t => t.Name))}";
        if (found.WritableAt is null)
            return $"device {device} may not be written: site.toml allows it with writable = true in [devices.{device}]";
        return model.Write is null ? $"{device}.{tag} may not be written: site.toml allows it with write = {{ … }} at the tag" : null;
    }

    /// <summary>Returns why a value may not be written to a writable tag; null if it may be written.</summary>
    public static string? WhyRefused(TagModel tag, Value value)
    {
        if (value.IsNull) return "there is no value";
        if (value.IsNumber && !double.IsFinite(value.Number))
            return $"{value} is no number that a device can hold: it comes from a division by zero, or from a value that is no number";
        if (!value.IsNumber && WhyNumber(tag, value.Kind) is { } why) return $"{Describe(value)} is no number, and the tag has {why}";
        var (low, high) = RangeOf(tag);
        if (low is null && high is null) return null;
        var least = SinglePrecision.LimitFor(value, low ?? double.NegativeInfinity);
        var most = SinglePrecision.LimitFor(value, high ?? double.PositiveInfinity);
        return value.Number >= least && value.Number <= most ? null : $"{value} is outside {RangeText(tag)}";
    }

    /// <summary>Returns whether a number is within the range of writes to a tag.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="number">The number, in the tag's unit.</param>
    /// <param name="tolerance">Accepted difference, relative to the limits, for a number that was computed from a raw value.</param>
    public static bool IsInRange(TagModel tag, double number, double tolerance)
    {
        var (low, high) = RangeOf(tag);
        return (low is null || number >= low - (tolerance * Math.Max(1, Math.Abs(low.Value))))
            && (high is null || number <= high + (tolerance * Math.Max(1, Math.Abs(high.Value))));
    }

    /// <summary>Describes the range of writes to a tag: <c>0 to 100</c>.</summary>
    public static string RangeText(TagModel tag)
    {
        var (low, high) = RangeOf(tag);
        return $"{Format(low)} to {Format(high)}";
    }

    private static (double? Low, double? High) RangeOf(TagModel tag) =>
        tag.Write!.Range is [var from, var to] ? (from, to) : (tag.Low, tag.High);

    /// <summary>Returns what makes the tag a number, for a value of another kind; TRUE and FALSE are 1 and 0 without a scale.</summary>
    private static string? WhyNumber(TagModel tag, ValueKind kind)
    {
        if (tag.Scale is not null) return "a scale";
        if (tag.Offset is not null) return "an offset";
        return kind != ValueKind.Bool && RangeOf(tag) is not (null, null) ? "a range" : null;
    }

    private static string Describe(Value value) => value.Kind switch
    {
        ValueKind.Array => "a list",
        ValueKind.Text when value.Text.Length > 40 => $"the text '{value.Text[..40]}…'",
        ValueKind.Text => $"the text '{value.Text}'",
        _ => value.ToString(),
    };

    private static string Format(double? bound) => bound?.ToString(CultureInfo.InvariantCulture) ?? "…";
}
