using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>
/// The encoded rows of a batch for one table, and the record of each row. Part of <see cref="BatchRows"/>; one call at a time; performs no
/// I/O.
/// </summary>
internal sealed class TableRows(Table table, CopyBuffer rows)
{
    private readonly List<int> _records = [];

    public Table Table => table;

    /// <summary>The encoded rows, valid until the next batch.</summary>
    public ReadOnlyMemory<byte> Bytes => rows.Written;

    public bool IsEmpty => _records.Count == 0;

    /// <summary>Discards the rows of the last batch.</summary>
    public void Begin()
    {
        _records.Clear();
        rows.Begin();
    }

    /// <summary>Assigns the last rows to this record.</summary>
    public void Count(int record, int count)
    {
        for (var i = 0; i < count; i++) _records.Add(record);
    }

    /// <summary>The index of the record of a row; null if there is no such row. The server counts rows from 1.</summary>
    public int? RecordOf(long row) => row >= 1 && row <= _records.Count ? _records[(int)row - 1] : null;
}
