using PlantRuntime.Contracts;
using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// Inserts records into their tables: one row per sample, one row per payload. Owned by one <see cref="SqliteStore"/>, which calls it
/// inside a transaction; one call at a time; blocks.
/// </summary>
internal sealed class RecordWriter : IDisposable
{
    private readonly string _site;
    private readonly Utf8Buffer _text = new();
    private readonly JsonText _arrays = new();
    private readonly Statement _sample;
    private readonly Statement _payload;

    public RecordWriter(Database database, string samples, string site)
    {
        _site = site;
        _sample = database.Prepare($"""
            INSERT INTO "{samples}" (time, site, device, tag, value, text, quality, unit) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """);
        _payload = database.Prepare($"INSERT INTO {SqliteSchema.Records} (time, site, device, json) VALUES (?1, ?2, ?3, ?4)");
    }

    /// <summary>Inserts the rows of one record.</summary>
    /// <exception cref="DatabaseException">SQLite refuses a row.</exception>
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
            _sample.BindText(4, _text.Encode(sample.Tag.Name));
            ValueColumns.Bind(_sample, 5, 6, sample.Value, _text, _arrays);
            _sample.BindText(7, _text.Encode(sample.Quality.ToText()));
            _sample.BindText(8, _text.Encode(sample.Tag.Unit));
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
        insert.BindText(1, _text.Encode(time));
        insert.BindText(2, _text.Encode(_site));
        insert.BindText(3, _text.Encode(device));
    }
}
