using System.Globalization;
using Npgsql;
using PlantRuntime.Conformance.Sinks;

namespace PlantRuntime.Postgres.Tests;

/// <summary>Queries the database independently of the sink.</summary>
public static class Sql
{
    public static void Run(NpgsqlDataSource source, string sql)
    {
        using var command = source.CreateCommand(sql);
        command.ExecuteNonQuery();
    }

    /// <summary>The rows, each value as text; NULL is empty.</summary>
    public static List<string[]> Query(NpgsqlDataSource source, string sql)
    {
        using var command = source.CreateCommand(sql);
        using var reader = command.ExecuteReader();
        var rows = new List<string[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount)
                .Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture)!)]);
        return rows;
    }

    /// <summary>The samples for the conformance suite: numbers from column value, or from text if it has the exact digits.</summary>
    public static IReadOnlyList<StoredSample> Samples(NpgsqlDataSource source, string schema, string table = "samples")
    {
        using var command = source.CreateCommand($"SELECT device, tag, text, value, quality FROM {schema}.{table} ORDER BY ctid");
        using var reader = command.ExecuteReader();
        var samples = new List<StoredSample>();
        while (reader.Read())
        {
            var text = reader.IsDBNull(2) ? null : reader.GetString(2);
            var value = reader.IsDBNull(3) ? "" : reader.GetDouble(3).ToString(CultureInfo.InvariantCulture);
            samples.Add(new StoredSample(reader.GetString(0), reader.GetString(1), text ?? value, reader.GetString(4)));
        }

        return samples;
    }
}
