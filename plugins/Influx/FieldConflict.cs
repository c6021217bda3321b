using System.Text.RegularExpressions;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Influx.Line;

namespace PlantRuntime.Plugins.Influx;

/// <summary>
/// Parses the error of a server about a field whose type differs from its first one, for instance <c>partial write: field type conflict:
/// input field "a" on measurement "press" is type float, already exists as type integer dropped=1</c>. The server names only the first such
/// field. Immutable; created by <see cref="InfluxSink"/> for each such response.
/// </summary>
internal sealed partial class FieldConflict
{
    private readonly string _measurement;
    private readonly string _field;
    private readonly FieldType _type;

    private FieldConflict(string measurement, string field, FieldType type) => (_measurement, _field, _type) = (measurement, field, type);

    /// <summary>Parses the body of an error; null if it is about something else.</summary>
    public static FieldConflict? TryParse(string message)
    {
        var match = Pattern().Match(message);
        if (!match.Success || !Enum.TryParse<FieldType>(match.Groups["type"].Value, ignoreCase: true, out var type)) return null;
        return new FieldConflict(match.Groups["measurement"].Value, match.Groups["field"].Value, type);
    }

    /// <summary>Finds the records that were sent with this field and type.</summary>
    /// <returns>Their indexes; null if there are none: the host then finds them by halving the batch.</returns>
    public int[]? FindRecords(RecordBatch batch, PointWriter points, InfluxOptions options)
    {
        var indexes = Enumerable.Range(0, batch.Count).Where(i => IsIn(batch[i], points, options)).ToArray();
        return indexes.Length > 0 ? indexes : null;
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
            if (sample.Quality != Quality.Good && options.BadValues != BadSamplePolicy.Keep) continue;
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

        return PointWriter.FieldNameOf(name) == _field && points.TypeOf(value) == _type;
    }
}
