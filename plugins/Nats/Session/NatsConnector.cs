using NATS.Client.Core;
using PlantRuntime.Contracts;
using PlantRuntime.Wire;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Nats.Session;

/// <summary>
/// Opens connections: tries the servers in their order and reads credentials and certificates at each attempt, so that replaced files are
/// used. One sink or driver owns it and makes one call at a time. It keeps no connection and never retries.
/// </summary>
internal sealed class NatsConnector(NatsOptions options, PluginContext context)
{
    // A connection that answers no ping for two of these is lost.
    private static readonly TimeSpan s_pingInterval = TimeSpan.FromSeconds(4);

    /// <summary>Connects to the first server that accepts.</summary>
    /// <param name="cancel">Ends the attempt.</param>
    /// <param name="first">Index of the server that is tried first; the others follow in their order.</param>
    /// <exception cref="LinkException">No server accepts; the message names each with its reason.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<NatsSession> OpenAsync(CancellationToken cancel, int first = 0)
    {
        cancel.ThrowIfCancellationRequested();
        var reasons = new List<string>();
        foreach (var address in options.Addresses.Skip(first).Concat(options.Addresses.Take(first)))
        {
            try
            {
                return await OpenAsync(address, cancel).ConfigureAwait(false);
            }
            catch (LinkException e)
            {
                reasons.Add($"{address}: {e.Message}");
            }
        }

        throw new LinkException(string.Join("; ", reasons));
    }

    private async ValueTask<NatsSession> OpenAsync(ServerAddress address, CancellationToken cancel)
    {
        var limit = options.Timeout / options.Servers.Count;
        var log = new FailureLog();
        var session = new NatsSession(address, CreateOptions(address, limit, log), options.Domain);
        using var timer = new CancellationTokenSource(limit, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        try
        {
            await session.ConnectAsync(either.Token).ConfigureAwait(false);
            return session;
        }
        catch (Exception e)
        {
            await session.DisposeAsync().ConfigureAwait(false);
            if (cancel.IsCancellationRequested) throw new OperationCanceledException(e.Message, e, cancel);
            if (e is OperationCanceledException) throw new LinkException($"no answer within {limit.TotalSeconds:0.###} s", e);
            if (e is not NatsException) throw;
            var cause = e.InnerException is null && log.Last is { } logged ? logged : e;
            throw new LinkException(NatsErrors.Describe(cause), e);
        }
    }

    private NatsOpts CreateOptions(ServerAddress address, TimeSpan limit, FailureLog log) => new()
    {
        Url = address.Url,
        Name = $"{context.Site}/{context.Name}",
        LoggerFactory = log,

        // The limits of the plugin for connecting and sending end first, and their errors name the time.
        ConnectTimeout = 2 * limit,
        CommandTimeout = 2 * options.Timeout,
        RequestTimeout = options.Timeout,
        PingInterval = s_pingInterval,
        AuthOpts = CreateCredentials(),
        TlsOpts = CreateTls(address),
    };

    private NatsAuthOpts CreateCredentials()
    {
        if (options.Creds is { } file)
        {
            try
            {
                return new NatsAuthOpts { Creds = File.ReadAllText(context.PathOf(file)) };
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new LinkException($"creds: {file} cannot be read: {e.Message}", e);
            }
        }

        if (options.Nkey is { } nkey) return new NatsAuthOpts { Seed = nkey.Reveal().Trim(), NKey = PublicKeyOf(nkey.Reveal().Trim()) };
        return new NatsAuthOpts { Username = options.User, Password = options.Password?.Reveal(), Token = options.Token?.Reveal() };
    }

    private static string PublicKeyOf(string seed)
    {
        try
        {
            using var pair = NATS.NKeys.KeyPair.FromSeed(seed);
            return pair.GetPublicKey();
        }
        catch (Exception e) when (e is NATS.NKeys.NKeysException or FormatException or ArgumentException or IndexOutOfRangeException)
        {
            // The message of the inner exception could quote the seed.
            throw new LinkException("nkey: the secret is not the seed of an nkey, which begins with SU");
        }
    }

    private NatsTlsOpts CreateTls(ServerAddress address)
    {
        if (!options.UsesTls(address)) return new NatsTlsOpts { Mode = TlsMode.Disable };
        var settings = TlsClientSettings.Load(options.Tls, context.PathOf, context.Time);
        return new NatsTlsOpts
        {
            Mode = TlsMode.Require,
            ConfigureClientAuthentication = authentication =>
            {
                settings.Apply(authentication);
                authentication.TargetHost = address.Host;
                return ValueTask.CompletedTask;
            },
        };
    }
}
