using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>Puts records into their tables: a row for each sample, a row for each payload.</summary>
internal sealed class RecordTables : IDisposable
{
    private readonly string _site;
    private readonly TextBytes _bytes = new();
    private readonly JsonText _arrays = new();
    private readonly Statement _sample;
    private readonly Statement _payload;

    public RecordTables(Database database, string samples, string site)
    {
        _site = site;
        _sample = database.Prepare($"""
            INSERT INTO "{samples}" (time, site, device, tag, value, text, quality, unit) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """);
        _payload = database.Prepare($"INSERT INTO {Schema.Records} (time, site, device, json) VALUES (?1, ?2, ?3, ?4)");
    }

    public void Insert(in Record record)
    {
        if (record.IsPayload)
        {
            BindHead(_payload, record.Time, record.Device);
            _payload.BindText(4, record.Json.Span);
            _payload.Step();
            return;
        }

        foreach (ref readonly var sample in record.Samples.Span)
        {
            BindHead(_sample, sample.Time, record.Device);
            _sample.BindText(4, _bytes.Of(sample.Tag.Name));
            ValueColumns.Bind(_sample, 5, 6, sample.Value, _bytes, _arrays);
            _sample.BindText(7, _bytes.Of(sample.Quality.ToText()));
            _sample.BindText(8, _bytes.Of(sample.Tag.Unit));
            _sample.Step();
        }
    }

    public void Dispose()
    {
        _sample.Dispose();
        _payload.Dispose();
    }

    private void BindHead(Statement insert, DateTime time, string device)
    {
        insert.BindText(1, _bytes.Of(time));
        insert.BindText(2, _bytes.Of(_site));
        insert.BindText(3, _bytes.Of(device));
    }
}
