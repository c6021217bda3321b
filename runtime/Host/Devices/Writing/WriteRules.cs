using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Devices.Writing;

/// <summary>What site.toml allows to be written: both the device and the tag must.</summary>
internal static class WriteRules
{
    /// <summary>Why a tag may not be written, and where to change that; null when it may.</summary>
    public static string? Objection(SiteModel site, string device, string tag)
    {
        if (site.Devices.FirstOrDefault(d => d.Name == device) is not { } found)
            return $"no device \"{device}\"{Nearest.Hint(device, site.Devices.Select(d => d.Name))}";
        if (found.Tags.FirstOrDefault(t => t.Name == tag) is not { } model)
            return $"no tag \"{tag}\" in device {device}{Nearest.Hint(tag, found.Tags.Select(t => t.Name))}";
        if (found.WritableAt is null)
            return $"device {device} may not be written: site.toml allows it with writable = true in [devices.{device}]";
        return model.Write is null ? $"{device}.{tag} may not be written: site.toml allows it with write = {{ … }} at the tag" : null;
    }

    /// <summary>Why a value may not be written to a tag, or null: what is no number cannot be within a range.</summary>
    public static string? Objection(TagModel tag, Value value)
    {
        if (value.IsNull) return "there is no value";
        var number = value.Number;
        if (value.IsNumber && !double.IsFinite(number)) return $"{value} is no number that a device can hold";
        var (low, high) = tag.Write!.Range is [var from, var to] ? (from, to) : (tag.Low, tag.High);
        if (low is null && high is null) return null;
        if (number >= (low ?? double.NegativeInfinity) && number <= (high ?? double.PositiveInfinity)) return null;
        return $"{value} is outside {Shown(low)} to {Shown(high)}";
    }

    private static string Shown(double? bound) => bound?.ToString(CultureInfo.InvariantCulture) ?? "…";
}
