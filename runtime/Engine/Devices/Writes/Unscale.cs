using PlantRuntime.Contracts;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Devices.Writes;

/// <summary>
/// Converts a tag's value to the value in the device by undoing scale and offset, and compares values after a write. Pure.
/// </summary>
internal static class Unscale
{
    // Relative tolerance for a whole number: far below the resolution of a REAL (about 1e-7), far above the error of a division
    // (about 1e-16).
    private const double Tolerance = 1e-12;

    // Relative tolerance for the limits of a range: 3 * 0.1 is a little more than 0.3.
    private const double RangeTolerance = 1e-9;

    public static Value ToRaw(TagModel tag, Value value)
    {
        if (!value.IsNumber || (tag.Scale is null && tag.Offset is null)) return value;
        var raw = (value.Number - (tag.Offset ?? 0)) / (tag.Scale ?? 1);
        var whole = Math.Round(raw);
        return Value.Of(Math.Abs(raw - whole) <= Tolerance * Math.Max(1, Math.Abs(raw)) ? whole : raw);
    }

    /// <summary>
    /// Returns the whole number nearest to a raw value, of two equally near ones the one farther from zero; of each value in a list.
    /// </summary>
    /// <exception cref="RefusedException">The whole number is outside the range of writes, although the value is not.</exception>
    public static Value ToWhole(TagModel tag, Value raw)
    {
        if (!LosslessConversion.HasFraction(raw)) return raw;
        if (raw.Kind == ValueKind.Array) return Value.Of([.. raw.Items.ToArray().Select(item => ToWhole(tag, item))]);
        var whole = Nearest(raw.Number);
        if (!WriteRules.IsInRange(tag, ToUnit(tag, whole), RangeTolerance))
            throw new RefusedException($"{raw} rounds to {whole}, which is outside {WriteRules.RangeText(tag)}; nothing was written");
        return Value.Of((long)whole);
    }

    /// <summary>Returns the value in the tag's unit of a value in the device.</summary>
    public static Value FromRaw(TagModel tag, Value raw) =>
        raw.IsNumber && (tag.Scale is not null || tag.Offset is not null) ? Value.Of(ToUnit(tag, raw.Number)) : raw;

    private static double ToUnit(TagModel tag, double raw) => (raw * (tag.Scale ?? 1)) + (tag.Offset ?? 0);

    // A number with a fraction is below 2^52, which a decimal holds. Its 15 digits undo the error of a division: 12.25 / 0.1 is 122.5.
    private static double Nearest(double raw) => (double)Math.Round((decimal)raw, MidpointRounding.AwayFromZero);

    /// <summary>
    /// Returns whether a device that was given <paramref name="written"/> has this value, in the kind and
    /// precision of <paramref name="read"/>.
    /// </summary>
    public static bool IsSame(Value written, Value read) => (written.Kind, read.Kind) switch
    {
        (_, ValueKind.Bool) => written.Bool == read.Bool,
        (_, ValueKind.Float32) => (float)written.Number == (float)read.Number,
        (ValueKind.Text, _) or (_, ValueKind.Text) => written.Text == read.Text || IsSameTime(written.Text, read.Text),
        (ValueKind.Array, ValueKind.Array) => AreSame(written.Items, read.Items),
        (ValueKind.Int or ValueKind.UInt, ValueKind.Int or ValueKind.UInt) => written.Text == read.Text,
        _ => written.Number == read.Number,
    };

    // Drivers read a time with all digits of its type: 08:00:00.000 after 08:00:00 was written.
    private static bool IsSameTime(string written, string read) =>
        IsTime(written, out var time) && IsTime(read, out var other) && time.SequenceEqual(other);

    private static bool IsTime(ReadOnlySpan<char> text, out ReadOnlySpan<char> withoutZeros)
    {
        var dot = text.IndexOf('.');
        var whole = dot < 0 ? text : text[..dot];
        withoutZeros = dot < 0 ? text : text.TrimEnd('0').TrimEnd('.');
        return whole.Length >= 8 && whole[^3] == ':' && whole[^6] == ':';
    }

    private static bool AreSame(ReadOnlySpan<Value> written, ReadOnlySpan<Value> read)
    {
        if (written.Length != read.Length) return false;
        for (var i = 0; i < written.Length; i++)
        {
            if (!IsSame(written[i], read[i])) return false;
        }

        return true;
    }
}
