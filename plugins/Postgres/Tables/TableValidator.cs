using PlantRuntime.Plugins.Postgres.Session;

namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>Checks that an existing table can take the rows of the sink. Pure.</summary>
internal static class TableValidator
{
    /// <summary>Returns the table with the actual types of its columns.</summary>
    /// <exception cref="ServerRefusedException">It cannot take the rows; the message names the first column at fault.</exception>
    public static Table Adapt(Table table, IReadOnlyList<CatalogColumn> found)
    {
        var expected = string.Join(", ", table.Columns.Select(c => $"{c.Name} {c.Type.ToSql()}"));
        var columns = table.Columns.Select(wanted => Adapt(table, wanted, found, expected)).ToArray();
        var extra = found.FirstOrDefault(f => f.MustBeGiven && table.Columns.All(c => c.Name != f.Name));
        return extra is null
            ? table with { Columns = columns }
            : throw new ServerRefusedException(
                $"table {table.Schema}.{table.Name} has a column \"{extra.Name}\" that the sink does not fill: "
                + "give it a default or allow NULL");
    }

    public static ServerRefusedException Missing(
        string schema, string table, string missing, IReadOnlyList<CatalogColumn> found, string expected) => new(
        $"table {schema}.{table} has no column \"{missing}\": it has {string.Join(", ", found.Select(f => f.Name))}; expected {expected}. "
        + "Give another table or schema, or rename that table");

    private static Column Adapt(Table table, Column wanted, IReadOnlyList<CatalogColumn> found, string expected)
    {
        var there = found.FirstOrDefault(f => f.Name == wanted.Name)
            ?? throw Missing(table.Schema, table.Name, wanted.Name, found, expected);
        var type = ColumnTypes.Parse(there.Type);
        return wanted.Type.Fits(type)
            ? wanted with { Type = type!.Value }
            : throw new ServerRefusedException(
                $"column \"{wanted.Name}\" of table {table.Schema}.{table.Name} is {there.Type}, not {wanted.Type.ToSql()}. "
                + "Give another table or schema, or change that column");
    }
}
