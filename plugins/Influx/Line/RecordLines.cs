using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Influx.Line;

/// <summary>
/// Records as lines: one for a payload, one for a scan, or one for each time in it if its samples have times of their own.
/// </summary>
internal sealed class RecordLines(PointWriter points, BadValues badValues, PayloadForm payloads)
{
    /// <returns>False when the record has nothing that InfluxDB could store.</returns>
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

        // Leaving bad values out is what the site asked for, and no reason to refuse the record.
        return hasLines || badValues == BadValues.Skip;
    }

    private void WriteSample(in Sample sample)
    {
        var name = sample.Tag.Name;
        var isGood = sample.Quality == Quality.Good;
        var isWritten = (isGood || badValues == BadValues.Keep) && points.Field(name, sample.Value);
        if (!(isGood && isWritten) && badValues != BadValues.Skip) points.QualityField(name, sample.Quality);
    }
}
