using System.Text.RegularExpressions;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Influx.Line;

namespace PlantRuntime.Plugins.Influx;

/// <summary>
/// What the server says when a field has another type than the one it had first, for instance <c>partial write: field type conflict: input
/// field "a" on measurement "press" is type float, already exists as type integer dropped=1</c>. It names the first such field only.
/// </summary>
internal sealed partial class FieldConflict
{
    private readonly string _measurement;
    private readonly string _field;
    private readonly FieldType _type;

    private FieldConflict(string measurement, string field, FieldType type) => (_measurement, _field, _type) = (measurement, field, type);

    public static FieldConflict? TryParse(string message)
    {
        var match = Pattern().Match(message);
        if (!match.Success || !Enum.TryParse<FieldType>(match.Groups["type"].Value, ignoreCase: true, out var type)) return null;
        return new FieldConflict(match.Groups["measurement"].Value, match.Groups["field"].Value, type);
    }

    /// <summary>Places of the records that were sent with this field and type; null, when none is found: the host halves.</summary>
    public int[]? Culprits(RecordBatch batch, PointWriter points, InfluxOptions options)
    {
        var places = Enumerable.Range(0, batch.Count).Where(i => IsIn(batch[i], points, options)).ToArray();
        return places.Length > 0 ? places : null;
    }

    [GeneratedRegex(
        """input field \\?"(?<field>.+?)\\?" on measurement \\?"(?<measurement>.+?)\\?" is type (?<type>\w+), already exists""")]
    private static partial Regex Pattern();

    private bool IsIn(in Record record, PointWriter points, InfluxOptions options)
    {
        if (points.MeasurementOf(record.Device) != _measurement) return false;
        if (record.IsPayload)
        {
            var fields = options.Payloads == PayloadForm.Fields ? PayloadFields.TryRead(record.Json) : null;
            return fields?.Any(f => IsIn(f.Name, f.Value, points)) == true;
        }

        foreach (ref readonly var sample in record.Samples.Span)
        {
            if (sample.Quality != Quality.Good && options.BadValues != BadValues.Keep) continue;
            if (IsIn(sample.Tag.Name, sample.Value, points)) return true;
        }

        return false;
    }

    private bool IsIn(string name, in Value value, PointWriter points)
    {
        for (var i = 0; i < value.Items.Length; i++)
        {
            if (IsIn($"{name}_{i}", value.Items[i], points)) return true;
        }

        return PointWriter.FieldOf(name) == _field && points.TypeOf(value) == _type;
    }
}
