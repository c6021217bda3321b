using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Devices.Writing;

/// <summary>A tag's value as the device holds it: scale and offset undone.</summary>
internal static class RawValue
{
    // Far below what a REAL can tell apart, far above what dividing by 0.1 adds.
    private const double Crumb = 1e-12;

    public static Value Of(TagModel tag, Value value)
    {
        if (!value.IsNumber || (tag.Scale is null && tag.Offset is null)) return value;
        var raw = (value.Number - (tag.Offset ?? 0)) / (tag.Scale ?? 1);
        var whole = Math.Round(raw);
        return Value.Of(Math.Abs(raw - whole) <= Crumb * Math.Max(1, Math.Abs(raw)) ? whole : raw);
    }

    /// <summary>
    /// True when a device that was given <paramref name="written"/> holds it, in the kind and precision of <paramref name="read"/>.
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

    // A time is read with all the digits of its type: 08:00:00.000 where 08:00:00 was written.
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
