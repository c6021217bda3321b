using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using PlantRuntime.Logging;

namespace PlantRuntime.Web.Listening;

/// <summary>
/// Binds the endpoints of the web server so that neither a port that is taken nor a deleted socket file ends the host: each endpoint is a
/// <see cref="RestoredListener"/>. Called by Kestrel at its start; owns the memory pool of the connections.
/// </summary>
/// <param name="siteFolder">The folder of the site; while it is away no socket is created in its place.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives the log lines of the endpoints.</param>
internal sealed class RestoredListenerFactory(string siteFolder, TimeProvider time, PlantLog log) : IConnectionListenerFactory, IDisposable
{
    private readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = new RestoredListener(endpoint, siteFolder, _connections, time, log);
        listener.Start();
        return ValueTask.FromResult<IConnectionListener>(listener);
    }

    public void Dispose() => _connections.Dispose();
}
