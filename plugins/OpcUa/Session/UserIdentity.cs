using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Channel;
using PlantRuntime.Plugins.OpcUa.Security;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa.Session;

/// <summary>
/// The user that a session acts for: anonymous, name and password, or certificate (OPC 10000-4, 7.40). Secrets are read from the options
/// when a token is made and are in no message.
/// </summary>
internal sealed class UserIdentity(OpcUaOptions options, PluginContext context)
{
    private UserTokenType Type => options.User is not null ? UserTokenType.UserName
        : options.UserCert is not null ? UserTokenType.Certificate : UserTokenType.Anonymous;

    /// <summary>The endpoint's policy that suits this user, with the algorithms that protect the token.</summary>
    /// <exception cref="LinkException">The server accepts no such user, or would take the password unencrypted.</exception>
    public (UserTokenPolicy? Token, SecurityPolicy Policy) Select(EndpointDescription endpoint)
    {
        if (Type == UserTokenType.Anonymous && endpoint.UserTokens.Count == 0) return (null, SecurityPolicy.None);
        // An empty policy of the token means the endpoint's (7.42).
        var suitable = endpoint.UserTokens.Where(token => token.Type == Type)
            .Select(token => (Token: token, Policy: SecurityPolicy.Find(string.IsNullOrEmpty(token.SecurityPolicyUri)
                ? endpoint.SecurityPolicyUri : token.SecurityPolicyUri)))
            .Where(candidate => candidate.Policy is not null || Type == UserTokenType.Anonymous).ToList();
        if (suitable.Count == 0)
        {
            var accepted = endpoint.UserTokens.Select(token => token.Type.ToString()).Distinct();
            throw new LinkException($"the server accepts no {Describe(Type)} on this endpoint; it accepts: {string.Join(", ", accepted)}");
        }

        var (chosen, policy) = suitable.OrderBy(candidate => Strength(candidate.Policy)).First();
        if (Type == UserTokenType.Anonymous) return (chosen, SecurityPolicy.None);
        if (Type == UserTokenType.UserName && !policy!.IsSecure && endpoint.Mode != MessageSecurityMode.SignAndEncrypt
            && !options.PasswordInClear)
        {
            throw new LinkException(
                "the server would take the password unencrypted; choose a security with encryption, or allow it with password_in_clear = true");
        }

        if (Type == UserTokenType.Certificate && !policy!.IsSecure)
            throw new LinkException("the server names no algorithm for the user's signature");
        return (chosen, policy!);
    }

    /// <summary>Makes the token and, for a certificate, the user's signature over the server's certificate and nonce.</summary>
    public (Action<UaWriter> Write, SignatureData Signature) Create(UserTokenPolicy? token, SecurityPolicy policy, byte[] serverCertificate,
        byte[] nonce)
    {
        if (token is null) return (writer => writer.NoExtensionObject(), default);
        switch (Type)
        {
            case UserTokenType.UserName:
                var password = Protect(policy, serverCertificate, nonce);
                return (writer =>
                {
                    var body = writer.BeginBody(Ids.UserNameIdentityToken);
                    writer.String(token.PolicyId);
                    writer.String(options.User);
                    writer.Bytes(password);
                    writer.String(policy.IsSecure ? policy.EncryptionUri : null);
                    writer.EndBody(body);
                }, default);
            case UserTokenType.Certificate:
                using (var certificate = LoadCertificate())
                using (var key = certificate.GetRSAPrivateKey()!)
                {
                    var bytes = certificate.RawData;
                    var signature = new SignatureData(policy.SignatureUri, policy.Sign(key, (byte[])[.. serverCertificate, .. nonce]));
                    return (writer =>
                    {
                        var body = writer.BeginBody(Ids.X509IdentityToken);
                        writer.String(token.PolicyId);
                        writer.Bytes(bytes);
                        writer.EndBody(body);
                    }, signature);
                }

            default:
                return (writer =>
                {
                    var body = writer.BeginBody(Ids.AnonymousIdentityToken);
                    writer.String(token.PolicyId);
                    writer.EndBody(body);
                }, default);
        }
    }

    private static int Strength(SecurityPolicy? policy) => policy is null ? int.MaxValue : SecurityPolicy.All.ToList().IndexOf(policy);

    private static string Describe(UserTokenType type) => type switch
    {
        UserTokenType.UserName => "user name with a supported security policy",
        UserTokenType.Certificate => "user certificate with a supported security policy",
        _ => "anonymous user: give user and password",
    };

    // Legacy encrypted secret (7.40.2.2): length of password and nonce, password, nonce.
    private byte[] Protect(SecurityPolicy policy, byte[] serverCertificate, byte[] nonce)
    {
        var password = Encoding.UTF8.GetBytes(options.Password?.Reveal() ?? "");
        if (!policy.IsSecure) return password;
        if (serverCertificate.Length == 0) throw new LinkException("the server sent no certificate to encrypt the password with");
        var plain = new byte[4 + password.Length + nonce.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(plain, password.Length + nonce.Length);
        password.CopyTo(plain, 4);
        nonce.CopyTo(plain, 4 + password.Length);
        try
        {
            using var certificate = CertificateValidator.Parse(serverCertificate)[0];
            using var key = certificate.GetRSAPublicKey() ?? throw new LinkException("the server's certificate has no RSA key");
            return policy.Encrypt(key, plain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
            CryptographicOperations.ZeroMemory(password);
        }
    }

    private X509Certificate2 LoadCertificate()
    {
        try
        {
            return ApplicationCertificate.Load(context.PathOf(options.UserCert!), context.PathOf(options.UserKey!),
                options.UserKeyPassword?.Reveal());
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new LinkException($"the user's certificate {options.UserCert} with key {options.UserKey} cannot be used: {e.Message}", e);
        }
    }
}
