using System.Globalization;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests;

[Collection(PostgresTests.Name)]
public sealed class PostgresConformanceTests : SinkConformance
{
    private readonly SharedServer _shared;
    private readonly string _schema;

    public PostgresConformanceTests(SharedServer shared)
    {
        _shared = shared;
        _schema = shared.NewSchema();
        // The suite wants payloads back byte by byte, which is what json is for; jsonb keeps their meaning.
        Sql.Run(shared.Admin, $"CREATE TABLE {_schema}.records (time timestamptz, site text, device text, payload json)");
    }

    protected override ISinkPlugin Plugin => new PostgresPlugin();

    protected override object Options => new PostgresOptions
    {
        Host = "127.0.0.1",
        Port = _shared.Server.Port,
        Database = "postgres",
        User = "plant",
        Password = new Secret(PostgresServer.Password),
        Schema = _schema,
        Nul = NulText.Symbol,
    };

    protected override bool RefusesDuplicates => true;

    protected override IReadOnlyList<string> Secrets => [PostgresServer.Password];

    // Npgsql's objects for the statements of a batch, and some for an answer that has to be waited for.
    protected override long AllocatedBytesPerBatch => 8 * 1024;

    protected override IReadOnlyList<StoredSample> Samples() =>
    [
        .. Sql.Samples(_shared.Admin, _schema).Select(s => s with { Device = Back(s.Device), Tag = Back(s.Tag), Value = Back(s.Value) }),
    ];

    protected override IReadOnlyList<string> Payloads() =>
        [.. Sql.Query(_shared.Admin, $"SELECT payload FROM {_schema}.records ORDER BY ctid").Select(r => r[0])];

    protected override string Shown(Value value) => value.Kind switch
    {
        ValueKind.Bool => value.Bool ? "1" : "0",
        // A single is stored as the double of the same digits, which may be printed in another form: 3.4028235E+38.
        ValueKind.Float32 when float.IsFinite((float)value.Number) =>
            double.Parse(value.Text, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        _ => base.Shown(value),
    };

    protected override void AddRefused(RecordBatch batch) => batch.AddScan(Batches.Start, ("half", "half \ud83c", Quality.Good));

    // PostgreSQL has no NUL in a text: the option nul = "symbol" stores its picture.
    private static string Back(string text) => text.Replace('\u2400', '\0');
}
