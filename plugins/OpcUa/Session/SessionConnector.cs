using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Channel;
using PlantRuntime.Plugins.OpcUa.Security;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa.Session;

/// <summary>
/// Establishes sessions: endpoints, certificate check, channel, then an earlier session or a new one (OPC 10000-4, 5.5 to 5.7). It always
/// connects to the host of site.toml, whatever host an endpoint names.
/// </summary>
internal sealed class SessionConnector(OpcUaOptions options, PluginContext context)
{
    private const int LeastNonceBytes = 32;
    private const uint ChunkBytes = 65_536;

    private readonly CertificateStore _store = new(context.WritablePathOf(options.Pki));
    private readonly UserIdentity _user = new(options, context);
    private string? _announcedExpiry;

    private TransportLimits Limits => new(ChunkBytes, ChunkBytes, (uint)options.MaxMessageSize.Bytes,
        (uint)(options.MaxMessageSize.Bytes / TransportLimits.LeastChunkBytes) + 1);

    /// <summary>Connects, with the earlier session if the server still knows it.</summary>
    /// <exception cref="LinkException">The server is not there or refuses; the message has the remedy.</exception>
    /// <exception cref="CertificateException">A certificate is refused.</exception>
    public async Task<UaSession> ConnectAsync(SessionTicket? earlier, OperationLimits limits, CancellationToken cancel)
    {
        var endpoint = EndpointSelection.Select(await EndpointsAsync(cancel).ConfigureAwait(false), options.Policy, options.MessageMode);
        var security = Secure(endpoint);
        var connection = await OpenAsync(endpoint, security, cancel).ConfigureAwait(false);
        try
        {
            var session = await StartAsync(connection, endpoint, earlier, limits, cancel).ConfigureAwait(false);
            try
            {
                await session.InitializeAsync(cancel).ConfigureAwait(false);
                return session;
            }
            catch
            {
                await session.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch (Exception e) when (e is ServiceException or DecodingException)
        {
            connection.Dispose();
            throw new LinkException(Explain(e), e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Asks for the server's endpoints, over a channel without security.</summary>
    public Task<EndpointDescription[]> EndpointsAsync(CancellationToken cancel) =>
        DiscoverAsync(url => new GetEndpointsRequest(url), EndpointDescription.ReadArray, cancel);

    /// <summary>
    /// Asks which servers there are, over a channel without security. A discovery server names others; most servers name themselves.
    /// </summary>
    public Task<ApplicationDescription[]> ServersAsync(CancellationToken cancel) =>
        DiscoverAsync(url => new FindServersRequest(url), FindServersRequest.Read, cancel);

    private async Task<T> DiscoverAsync<T>(Func<string, ServiceRequest> request, UaSession.Decode<T> decode, CancellationToken cancel)
    {
        var url = Url(options.Path);
        using var connection = await SecureConnection.ConnectAsync(
            options.Host, options.Port, url, ChannelSecurity.None, Limits, options.ChannelLifetime, context.Time,
                context.Trace, cancel).ConfigureAwait(false);
        try
        {
            var body = await connection.CallAsync(new ServiceCall(), request(url), cancel).ConfigureAwait(false);
            var found = Read(body, decode);
            await connection.CloseAsync(cancel).ConfigureAwait(false);
            return found;
        }
        catch (Exception e) when (e is ServiceException or DecodingException)
        {
            throw new LinkException($"the server does not tell its endpoints: {e.Message}", e);
        }
    }

    /// <summary>Checks the server's certificate and loads or creates the client's.</summary>
    public ChannelSecurity Secure(EndpointDescription endpoint)
    {
        var policy = SecurityPolicy.Find(endpoint.SecurityPolicyUri)!;
        var encryptsToken = _user.Select(endpoint).Policy.IsSecure;
        if (!policy.IsSecure)
        {
            // Only the password is encrypted, but for a server that must be the right one all the same.
            if (encryptsToken) Check(endpoint, SecurityPolicy.Basic256Sha256);
            return ChannelSecurity.None;
        }

        var server = Check(endpoint, policy);
        var own = ApplicationCertificate.LoadOrCreate(_store, ApplicationUri, "PlantRuntime", options.KeyBits, context.Time.GetUtcNow());
        Announce(ApplicationCertificate.ExpiryWarning(own, "this client's", context.Time.GetUtcNow()));
        return new ChannelSecurity(policy, endpoint.Mode, own, server);
    }

    private string ApplicationUri => options.ApplicationUri ?? $"urn:{Dns.GetHostName()}:plantruntime:{Uri.EscapeDataString(context.Site)}";

    private static T Read<T>(ReadOnlyMemory<byte> body, UaSession.Decode<T> decode)
    {
        var reader = new UaReader(body.Span);
        return decode(ref reader);
    }

    private X509Certificate2 Check(EndpointDescription endpoint, SecurityPolicy policy)
    {
        var chain = CertificateValidator.Parse(endpoint.ServerCertificate);
        _store.CreateFolders();
        var validator = new CertificateValidator(_store, $"plant trust {context.Site} {context.Name}", context.Time);
        validator.Validate(chain, endpoint.Server.ApplicationUri, options.CertificateHost ?? options.Host, policy);
        Announce(ApplicationCertificate.ExpiryWarning(chain[0], "the server's", context.Time.GetUtcNow()));
        return chain[0];
    }

    // Once a day at most: the text names the days left.
    private void Announce(string? warning)
    {
        if (warning is null || warning == _announcedExpiry) return;
        _announcedExpiry = warning;
        context.Log.Warn(warning);
    }

    private string Url(string path) => $"opc.tcp://{options.HostAndPort}{path}";

    /// <summary>The endpoint's own path on the host of site.toml.</summary>
    private string Url(EndpointDescription endpoint) =>
        Url(options.Path.Length == 0 && Uri.TryCreate(endpoint.Url, UriKind.Absolute, out var url) && url.AbsolutePath != "/"
            ? url.AbsolutePath : options.Path);

    private async Task<SecureConnection> OpenAsync(EndpointDescription endpoint, ChannelSecurity security, CancellationToken cancel)
    {
        try
        {
            return await SecureConnection.ConnectAsync(
                options.Host, options.Port, Url(endpoint), security, Limits, options.ChannelLifetime, context.Time,
                    context.Trace, cancel).ConfigureAwait(false);
        }
        catch (LinkException e) when (security.Policy.IsSecure && e is not FrameException)
        {
            throw new LinkException(
                $"{e.Message}; if the server does not know this client yet, trust its certificate {_store.OwnCertificateFile} there", e);
        }
    }

    private async Task<UaSession> StartAsync(
        SecureConnection connection, EndpointDescription endpoint, SessionTicket? earlier, OperationLimits limits, CancellationToken cancel)
    {
        if (earlier is not null && earlier.ServerCertificate.AsSpan().SequenceEqual(endpoint.ServerCertificate))
        {
            try
            {
                connection.AuthenticationToken = earlier.AuthenticationToken;
                return new UaSession(connection, await ActivateAsync(connection, endpoint, earlier, cancel).ConfigureAwait(false), limits,
                    true, context.Time);
            }
            catch (ServiceException)
            {
                // The server has forgotten it.
                connection.AuthenticationToken = NodeId.Null;
            }
        }

        var created = await CreateAsync(connection, endpoint, cancel).ConfigureAwait(false);
        connection.AuthenticationToken = created.AuthenticationToken;
        return new UaSession(connection, await ActivateAsync(connection, endpoint, created, cancel).ConfigureAwait(false), limits, false,
            context.Time);
    }

    private async Task<SessionTicket> CreateAsync(SecureConnection connection, EndpointDescription endpoint, CancellationToken cancel)
    {
        var security = connection.Security;
        var nonce = RandomNumberGenerator.GetBytes(LeastNonceBytes);
        var uri = security.Own is null ? ApplicationUri : ApplicationCertificate.UriOf(security.Own) ?? ApplicationUri;
        var request = new CreateSessionRequest(
            uri, "PlantRuntime", Url(endpoint), $"{context.Site}/{context.Name}", nonce, security.Own?.RawData, options.SessionTimeout,
                (uint)options.MaxMessageSize.Bytes);
        var body = await connection.CallAsync(new ServiceCall(), request, cancel).ConfigureAwait(false);
        var response = ReadCreated(body);
        if (security.Policy.IsSecure)
        {
            CheckSameEndpoint(response.Endpoints, endpoint);
            if (!response.ServerCertificate.AsSpan().StartsWith(security.Server!.RawDataMemory.Span))
                throw new LinkException("the session's certificate is not the one of the endpoint: the server may be an impostor");
            CheckNonce(response.ServerNonce, []);
            using var key = security.Server.GetRSAPublicKey()!;
            byte[] signed = [.. security.Own!.RawData, .. nonce];
            if (!security.Policy.Verify(key, signed, response.Signature))
                throw new LinkException(
                    "the server's signature is wrong: it does not own the certificate that it shows (Bad_ApplicationSignatureInvalid)");
        }

        var timeout = response.Timeout > TimeSpan.Zero ? response.Timeout : options.SessionTimeout;
        return new SessionTicket(response.SessionId, response.AuthenticationToken, response.ServerNonce, endpoint.ServerCertificate,
            timeout);
    }

    private static CreateSessionResponse ReadCreated(ReadOnlyMemory<byte> body)
    {
        var reader = new UaReader(body.Span);
        return CreateSessionResponse.Read(ref reader);
    }

    private async Task<SessionTicket> ActivateAsync(SecureConnection connection, EndpointDescription endpoint, SessionTicket ticket,
        CancellationToken cancel)
    {
        var security = connection.Security;
        var signature = default(SignatureData);
        if (security.Policy.IsSecure)
        {
            using var key = security.Own!.GetRSAPrivateKey()!;
            signature = new SignatureData(security.Policy.SignatureUri,
                security.Policy.Sign(key, (byte[])[.. security.Server!.RawData, .. ticket.ServerNonce]));
        }

        var (token, policy) = _user.Select(endpoint);
        if (policy.IsSecure && !security.Policy.IsSecure) CheckNonce(ticket.ServerNonce, []);
        var leaf = endpoint.ServerCertificate.Length > 0 ? CertificateValidator.Parse(endpoint.ServerCertificate)[0].RawData : [];
        var (identity, userSignature) = _user.Create(token, policy, leaf, ticket.ServerNonce);
        var body = await connection.CallAsync(new ServiceCall(), new ActivateSessionRequest(signature, identity, userSignature),
            cancel).ConfigureAwait(false);
        var nonce = ReadNonce(body);
        if (security.Policy.IsSecure) CheckNonce(nonce, ticket.ServerNonce);
        return ticket with { ServerNonce = nonce };
    }

    private static byte[] ReadNonce(ReadOnlyMemory<byte> body)
    {
        var reader = new UaReader(body.Span);
        return ActivateSessionRequest.Read(ref reader);
    }

    // OPC 10000-4, 5.7.2.2: at least 32 bytes, never used before.
    private static void CheckNonce(byte[] nonce, byte[] last)
    {
        if (nonce.Length < LeastNonceBytes) throw new LinkException(
            $"the server's nonce has {nonce.Length} bytes, at least {LeastNonceBytes} are required (BadNonceInvalid)");
        if (nonce.AsSpan().SequenceEqual(last))
            throw new LinkException("the server used a nonce twice: its messages may be replayed (BadNonceInvalid)");
    }

    // OPC 10000-4, 5.7.2.2: an attacker could have changed the unprotected answer to GetEndpoints. Servers may leave certificates out here.
    private static void CheckSameEndpoint(IReadOnlyList<EndpointDescription> endpoints, EndpointDescription used)
    {
        if (endpoints.Count == 0) return;
        var isKnown = endpoints.Any(e => e.Mode == used.Mode && e.SecurityPolicyUri == used.SecurityPolicyUri
            && (e.ServerCertificate.Length == 0 || e.ServerCertificate.AsSpan().SequenceEqual(used.ServerCertificate)));
        if (!isKnown)
            throw new LinkException(
                $"the server offers other endpoints on the secure channel ({EndpointSelection.Describe(endpoints)}) than without: they may have been changed on the way");
    }

    private string Explain(Exception failure)
    {
        if (failure is not ServiceException { Status: var status }) return $"a response of the server cannot be read: {failure.Message}";
        var remedy = status.Condition switch
        {
            StatusCodes.BadUserAccessDenied or StatusCodes.BadIdentityTokenRejected or StatusCodes.BadIdentityTokenInvalid =>
                options.User is null ? "the server accepts no anonymous user: give user and password" : "check user and password",
            StatusCodes.BadSecurityChecksFailed or StatusCodes.BadCertificateUntrusted =>
                $"the server does not trust this client: trust its certificate {_store.OwnCertificateFile} there",
            0x8056_0000 => "the server has no session free: close other clients, or wait until their sessions end",
            _ => null,
        };
        return remedy is null ? $"the server refuses the session: {failure.Message}"
            : $"the server refuses the session: {failure.Message}; {remedy}";
    }
}
