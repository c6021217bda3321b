using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>The rows of a batch for one table, and which record each belongs to.</summary>
internal sealed class CopyPart(Table table, CopyBuffer rows)
{
    private readonly List<int> _records = [];

    public string Sql { get; } = table.CopySql;

    public ReadOnlyMemory<byte> Bytes => rows.Written;

    public bool IsEmpty => _records.Count == 0;

    public void Begin()
    {
        _records.Clear();
        rows.Begin();
    }

    /// <summary>Says that the last rows are of this record.</summary>
    public void Count(int record, int count)
    {
        for (var i = 0; i < count; i++) _records.Add(record);
    }

    /// <summary>The record of a row, from 1 as the server counts them; null when there is no such row.</summary>
    public int? RecordOf(long row) => row >= 1 && row <= _records.Count ? _records[(int)row - 1] : null;
}
