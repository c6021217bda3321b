using System.Security.Cryptography;

namespace PlantRuntime.Plugins.OpcUa.Security;

/// <summary>
/// The algorithms of one security policy (OPC 10000-7, 6.6.162 and following). All supported policies sign symmetric messages with
/// HMAC-SHA256 and encrypt them with AES-CBC.
/// </summary>
internal sealed class SecurityPolicy
{
    private const string Prefix = "http://opcfoundation.org/UA/SecurityPolicy#";

    private SecurityPolicy(string name) => Name = name;

    public static SecurityPolicy None { get; } = new("None");

    public static SecurityPolicy Basic256Sha256 { get; } = new("Basic256Sha256")
    {
        EncryptionKeyBytes = 32,
        EncryptionPadding = RSAEncryptionPadding.OaepSHA1,
        EncryptionUri = "http://www.w3.org/2001/04/xmlenc#rsa-oaep",
        SignaturePadding = RSASignaturePadding.Pkcs1,
        SignatureUri = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    };

    public static SecurityPolicy Aes128Sha256RsaOaep { get; } = new("Aes128_Sha256_RsaOaep")
    {
        EncryptionKeyBytes = 16,
        EncryptionPadding = RSAEncryptionPadding.OaepSHA1,
        EncryptionUri = "http://www.w3.org/2001/04/xmlenc#rsa-oaep",
        SignaturePadding = RSASignaturePadding.Pkcs1,
        SignatureUri = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    };

    public static SecurityPolicy Aes256Sha256RsaPss { get; } = new("Aes256_Sha256_RsaPss")
    {
        EncryptionKeyBytes = 32,
        EncryptionPadding = RSAEncryptionPadding.OaepSHA256,
        EncryptionUri = "http://opcfoundation.org/UA/security/rsa-oaep-sha2-256",
        SignaturePadding = RSASignaturePadding.Pss,
        SignatureUri = "http://opcfoundation.org/UA/security/rsa-pss-sha2-256",
    };

    /// <summary>All supported policies, the strongest first.</summary>
    public static IReadOnlyList<SecurityPolicy> All { get; } = [Aes256Sha256RsaPss, Basic256Sha256, Aes128Sha256RsaOaep, None];

    public string Name { get; }

    public string Uri => Prefix + Name;

    public bool IsSecure => this != None;

    /// <summary>Bytes of the client's and the server's nonce.</summary>
    public int NonceBytes => IsSecure ? 32 : 0;

    public int SignatureKeyBytes => 32;

    public int SignatureBytes => 32;

    public int EncryptionKeyBytes { get; private init; }

    /// <summary>Block of AES, and length of its initialization vector.</summary>
    public int BlockBytes => 16;

    public int MinKeyBits => 2048;

    public int MaxKeyBits => 4096;

    public string EncryptionUri { get; private init; } = "";

    public string SignatureUri { get; private init; } = "";

    private RSAEncryptionPadding EncryptionPadding { get; init; } = RSAEncryptionPadding.OaepSHA1;

    private RSASignaturePadding SignaturePadding { get; init; } = RSASignaturePadding.Pkcs1;

    /// <summary>The supported policy with this URI, or null.</summary>
    public static SecurityPolicy? Find(string? uri) => All.FirstOrDefault(policy => policy.Uri == uri);

    /// <summary>The last part of a policy's URI, for messages.</summary>
    public static string NameOf(string uri) => uri.StartsWith(Prefix, StringComparison.Ordinal) ? uri[Prefix.Length..] : uri;

    public byte[] Sign(RSA key, ReadOnlySpan<byte> data) => key.SignData(data, HashAlgorithmName.SHA256, SignaturePadding);

    public bool Verify(RSA key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        key.VerifyData(data, signature, HashAlgorithmName.SHA256, SignaturePadding);

    /// <summary>Bytes of plain text in each RSA block: the key's length without the padding (RFC 8017, 7.1.1).</summary>
    public int PlainBlockBytes(RSA key) => (key.KeySize / 8) - (EncryptionPadding.OaepHashAlgorithm == HashAlgorithmName.SHA256 ? 66 : 42);

    /// <summary>Encrypts block by block; each becomes as long as the key.</summary>
    public byte[] Encrypt(RSA key, ReadOnlySpan<byte> plain)
    {
        var (block, size) = (PlainBlockBytes(key), key.KeySize / 8);
        var cipher = new byte[(plain.Length + block - 1) / block * size];
        for (var (from, to) = (0, 0); from < plain.Length; from += block, to += size)
            key.Encrypt(plain.Slice(from, Math.Min(block, plain.Length - from)), cipher.AsSpan(to, size), EncryptionPadding);
        return cipher;
    }

    /// <exception cref="CryptographicException">The bytes were not encrypted for this key.</exception>
    public byte[] Decrypt(RSA key, ReadOnlySpan<byte> cipher)
    {
        var size = key.KeySize / 8;
        if (cipher.IsEmpty || cipher.Length % size != 0)
            throw new CryptographicException($"{cipher.Length} encrypted bytes for blocks of {size}");
        var plain = new byte[cipher.Length];
        var length = 0;
        for (var at = 0; at < cipher.Length; at += size)
            length += key.Decrypt(cipher.Slice(at, size), plain.AsSpan(length), EncryptionPadding);
        return plain[..length];
    }
}
