using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Copy;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// Opens sessions, each with one connection and without a pool. Belongs to one <see cref="PostgresSink"/>; immutable. Never retries or
/// logs.
/// </summary>
internal sealed class Connector(PostgresSinkOptions options, PluginContext context)
{
    private readonly ConnectionFactory _connections = new(options, context);
    private readonly IReadOnlyList<FieldColumn>? _fields = options.Columns is null ? null : FieldColumn.From(options.Columns);

    /// <summary>Connects, creates missing tables, and checks existing ones.</summary>
    /// <param name="last">The server process of the last connection, which is terminated first.</param>
    /// <param name="cancel">Cancels the attempt.</param>
    public async Task<PostgresSession> OpenAsync(BackendProcess? last, CancellationToken cancel)
    {
        var source = _connections.CreateSource();
        try
        {
            var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
            var backend = await BackendProcess.ReadAsync(connection, cancel).ConfigureAwait(false);
            var settings = new SessionSettings(connection, isPooled: backend is null);
            await settings.ApplyToSessionAsync(cancel).ConfigureAwait(false);
            if (last is not null && backend is not null) await last.EndAsync(connection, cancel).ConfigureAwait(false);
            var (samples, payloads, shape) = await new SchemaCreator(connection)
                .EnsureAsync(TableNames.Samples(options), TableNames.Payloads(options, _fields), cancel)
                .ConfigureAwait(false);
            var rows = new BatchRows(samples, payloads, _fields, context.Site, options.Nul);
            var progress = new PostgresProgressTable(connection, options.Schema, context.Name);
            var copy = new TableCopy(connection, options.OnConflict, isPooled: backend is null);
            var transaction = new BatchTransaction(connection, progress, shape, [.. settings.OfTransaction, .. copy.OfTransaction]);
            if (backend is not null)
            {
                await copy.PrepareAsync(rows, cancel).ConfigureAwait(false);
                await transaction.PrepareAsync(cancel).ConfigureAwait(false);
            }

            return new PostgresSession(source, connection, backend, rows, transaction, copy);
        }
        catch (Exception)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
