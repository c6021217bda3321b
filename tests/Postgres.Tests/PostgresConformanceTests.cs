using System.Globalization;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests;

[Collection(PostgresCollection.Name)]
[Trait("Needs", "Server")]
public sealed class PostgresConformanceTests : SinkConformance
{
    private readonly PostgresFixture _shared;
    private readonly string _schema;

    public PostgresConformanceTests(PostgresFixture shared)
    {
        _shared = shared;
        _schema = shared.NewSchema();
        // The suite compares payloads byte by byte, which json keeps; jsonb keeps only their meaning.
        Sql.Run(shared.Admin, $"CREATE TABLE {_schema}.records (time timestamptz, site text, device text, payload json)");
    }

    protected override ISinkPlugin Plugin => new PostgresPlugin();

    protected override object Options => new PostgresSinkOptions
    {
        Host = "127.0.0.1",
        Port = _shared.Server.Port,
        Database = "postgres",
        User = "plant",
        Password = new Secret(PostgresServer.Password),
        Schema = _schema,
        Nul = NulCharacterPolicy.Symbol,
    };

    protected override bool RefusesDuplicates => true;

    protected override IReadOnlyList<string> Secrets => [PostgresServer.Password];

    // Npgsql allocates objects for the statements of a batch, and for each awaited response.
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
        // A single is stored as the double with the same digits, which can be printed in another form: 3.4028235E+38.
        ValueKind.Float32 when float.IsFinite((float)value.Number) =>
            double.Parse(value.Text, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        _ => base.Shown(value),
    };

    protected override void AddRefused(RecordBatch batch) => batch.AddScan(Batches.Start, ("half", "half \ud83c", Quality.Good));

    // PostgreSQL cannot store NUL in a text: the option nul = "symbol" stores U+2400.
    private static string Back(string text) => text.Replace('\u2400', '\0');
}
