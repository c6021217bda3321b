using System.Globalization;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Sqlite;

namespace PlantRuntime.Sqlite.Tests;

public sealed class SqliteConformanceTests : SinkConformance
{
    protected override bool RefusesDuplicates => true;

    private string FilePath => Folder.Of("data", "plant.db");

    protected override ISinkPlugin Plugin => new SqlitePlugin();

    protected override object Options => new SqliteOptions { Path = "data/plant.db", Keep = TimeSpan.FromDays(30) };

    protected override IReadOnlyList<StoredSample> Samples() => SecondConnection.Samples(FilePath);

    protected override IReadOnlyList<string> Payloads() =>
        [.. SecondConnection.Query(FilePath, "SELECT json FROM records ORDER BY rowid").Select(r => r[0])];

    protected override void AddRefused(RecordBatch batch)
    {
        SecondConnection.Query(FilePath, """
            CREATE TRIGGER sane BEFORE INSERT ON samples WHEN NEW.tag = 'refused' BEGIN SELECT RAISE(ABORT, 'no'); END
            """);
        batch.AddScan(Batches.Start, ("ok", 1, Quality.Good), ("refused", 1, Quality.Good));
    }

    protected override string Shown(Value value) => value.Kind switch
    {
        ValueKind.Bool => value.Bool ? "1" : "0",
        // A single is stored as the double with the same digits, which can be printed in another form: 3.4028235E+38.
        ValueKind.Float32 when float.IsFinite((float)value.Number) =>
            double.Parse(value.Text, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        _ => base.Shown(value),
    };
}
