using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Plugins.OpcUa.Security;

/// <summary>
/// A certificate revocation list (RFC 5280, 5.1). .NET downloads lists but cannot be given one from a file, so this reads the parts that
/// are needed: issuer, next update, serial numbers, and the signature.
/// </summary>
internal sealed class RevocationList
{
    private readonly byte[] _signedPart;
    private readonly string _algorithm;
    private readonly byte[] _signature;
    private readonly HashSet<BigInteger> _serials;

    private RevocationList(byte[] signedPart, string algorithm, byte[] signature, byte[] issuer, DateTimeOffset? nextUpdate,
        HashSet<BigInteger> serials) =>
        (_signedPart, _algorithm, _signature, Issuer, NextUpdate, _serials) =
            (signedPart, algorithm, signature, issuer, nextUpdate, serials);

    /// <summary>The issuer's name in DER.</summary>
    public byte[] Issuer { get; }

    /// <summary>When the next list is due; null if the list does not say.</summary>
    public DateTimeOffset? NextUpdate { get; }

    /// <summary>Reads a file in DER or PEM; null if it is no list.</summary>
    public static RevocationList? Load(string file)
    {
        try
        {
            var bytes = File.ReadAllBytes(file);
            var text = bytes.Length > 0 && bytes[0] == (byte)'-' ? System.Text.Encoding.ASCII.GetString(bytes) : null;
            return Parse(text is null ? bytes : PemEncoding.Find(text) is var fields ? Convert.FromBase64String(text[fields.Base64Data])
                : bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Reads DER; null if it is no list.</summary>
    public static RevocationList? Parse(ReadOnlyMemory<byte> der)
    {
        try
        {
            var list = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
            var signedPart = list.PeekEncodedValue().ToArray();
            var body = list.ReadSequence();
            var algorithm = list.ReadSequence().ReadObjectIdentifier();
            var signature = list.ReadBitString(out _);
            if (body.PeekTag() == Asn1Tag.Integer) body.ReadInteger();
            body.ReadSequence();
            var issuer = body.ReadEncodedValue().ToArray();
            ReadTime(body);
            var nextUpdate = body.HasData && body.PeekTag().TagClass == TagClass.Universal && body.PeekTag() != Asn1Tag.Sequence
                ? ReadTime(body) : (DateTimeOffset?)null;
            var serials = new HashSet<BigInteger>();
            if (body.HasData && body.PeekTag() == Asn1Tag.Sequence)
            {
                var revoked = body.ReadSequence();
                while (revoked.HasData) serials.Add(revoked.ReadSequence().ReadInteger());
            }

            return new RevocationList(signedPart, algorithm, signature, issuer, nextUpdate, serials);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>True if this list is signed with the issuer's key.</summary>
    public bool IsSignedBy(X509Certificate2 issuer)
    {
        if (!Issuer.AsSpan().SequenceEqual(issuer.SubjectName.RawData)) return false;
        var hash = _algorithm switch
        {
            "1.2.840.113549.1.1.11" => HashAlgorithmName.SHA256,
            "1.2.840.113549.1.1.12" => HashAlgorithmName.SHA384,
            "1.2.840.113549.1.1.13" => HashAlgorithmName.SHA512,
            _ => default,
        };
        using var key = issuer.GetRSAPublicKey();
        return key is not null && hash.Name is not null && key.VerifyData(_signedPart, _signature, hash, RSASignaturePadding.Pkcs1);
    }

    public bool Contains(X509Certificate2 certificate)
        => _serials.Contains(new BigInteger(certificate.SerialNumberBytes.Span, isBigEndian: true));

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag() == Asn1Tag.GeneralizedTime ? reader.ReadGeneralizedTime() : reader.ReadUtcTime();
}
