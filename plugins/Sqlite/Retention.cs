namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// Takes old rows away in small steps, a few with every batch, so that no batch waits for a great clean-up. Rows are looked at in the order
/// they came in; many rows with a time from the future would hold back those behind them until that time has passed.
/// </summary>
internal sealed class Retention : IDisposable
{
    // More than a batch usually brings, so that a file that is too old shrinks; few enough to be done in milliseconds.
    private const int LeastRows = 500;
    private readonly TimeSpan _keep;
    private readonly TextBytes _bytes = new();
    private readonly Statement _samples;
    private readonly Statement _records;

    public Retention(Database database, string samples, TimeSpan keep)
    {
        _keep = keep;
        _samples = PrepareDelete(database, samples);
        _records = PrepareDelete(database, Schema.Records);
    }

    /// <param name="now">The time now, in UTC.</param>
    /// <param name="added">Rows that the batch brought; twice as many may go.</param>
    public void Step(DateTime now, int added)
    {
        var before = now - _keep;
        var most = Math.Max(LeastRows, 2 * added);
        Delete(_samples, before, most);
        Delete(_records, before, most);
    }

    public void Dispose()
    {
        _samples.Dispose();
        _records.Dispose();
    }

    private static Statement PrepareDelete(Database database, string table) => database.Prepare($"""
        DELETE FROM "{table}" WHERE time < ?1 AND rowid IN (SELECT rowid FROM "{table}" ORDER BY rowid LIMIT ?2)
        """);

    private void Delete(Statement statement, DateTime before, int most)
    {
        statement.BindText(1, _bytes.Of(before));
        statement.Bind(2, most);
        statement.Step();
    }
}
