using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Influx.Line;

/// <summary>
/// Writes records as lines: one per payload, and one per scan or, if its samples have times of their own, one per time. Part of one
/// <see cref="BatchBody"/>; one call at a time; performs no I/O.
/// </summary>
internal sealed class RecordLines(PointWriter points, BadSamplePolicy badValues, PayloadForm payloads)
{
    /// <summary>Writes a record.</summary>
    /// <returns>False if the record has nothing that InfluxDB could store.</returns>
    public bool Write(in Record record)
    {
        points.Begin(record.Device);
        return record.IsPayload ? WritePayload(record) : WriteScan(record.Samples.Span);
    }

    private bool WritePayload(in Record record)
    {
        if (payloads == PayloadForm.Json) points.Field("json", record.Json.Span);
        else foreach (var (name, value) in PayloadFields.TryRead(record.Json) ?? []) points.Field(name, value);
        return points.End(record.Time);
    }

    private bool WriteScan(ReadOnlySpan<Sample> samples)
    {
        var hasLines = false;
        for (var i = 0; i < samples.Length; i++)
        {
            WriteSample(samples[i]);
            if (i + 1 == samples.Length || samples[i + 1].Time != samples[i].Time) hasLines |= points.End(samples[i].Time);
        }

        // A record without any good value is not refused: the site configured that bad ones are left out.
        return hasLines || badValues == BadSamplePolicy.Skip;
    }

    private void WriteSample(in Sample sample)
    {
        var name = sample.Tag.Name;
        var isGood = sample.Quality == Quality.Good;
        var isWritten = (isGood || badValues == BadSamplePolicy.Keep) && points.Field(name, sample.Value);
        if (!(isGood && isWritten) && badValues != BadSamplePolicy.Skip) points.QualityField(name, sample.Quality);
    }
}
