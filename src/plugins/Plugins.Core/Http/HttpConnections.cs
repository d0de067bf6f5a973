using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Kestra.Plugins.Core.Http;

/// <summary>Connections that exchanges share. Names that lead to a blocked network are refused when they are connected to, after every redirect too.</summary>
internal static class HttpConnections
{
    private const int Most = 64;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);
    private static readonly ConcurrentDictionary<HttpConnectionKey, HttpMessageInvoker> Kept = new();

    public static HttpMessageInvoker For(HttpConnectionKey key)
    {
        if (Kept.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Kept.Count >= Most)
        {
            // Those that are still at work keep their handler; it goes when they do.
            Kept.Clear();
        }

        return Kept.GetOrAdd(key, static key => new HttpMessageInvoker(Handler(key)));
    }

    private static SocketsHttpHandler Handler(HttpConnectionKey key)
    {
        var blocked = key.BlockedNetworks.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(IPNetwork.Parse).ToList();
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = key.FollowRedirects,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
            UseCookies = false,
            PooledConnectionLifetime = Lifetime,
            PooledConnectionIdleTimeout = Lifetime,
            ConnectTimeout = key.ConnectTimeout ?? Timeout.InfiniteTimeSpan,
            UseProxy = key.Proxy is not null,
            Proxy = ProxyOf(key.Proxy),
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, blocked, cancellationToken),
            SslOptions = key.TrustAll ? TrustingAll() : new SslClientAuthenticationOptions(),
        };
    }

    private static SslClientAuthenticationOptions TrustingAll() => new()
    {
#pragma warning disable CA5359 // The user has asked for it with insecureTrustAllCertificates.
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
    };

    private static WebProxy? ProxyOf(HttpProxyKey? proxy) => proxy is null ? null : new WebProxy(new UriBuilder(proxy.Scheme, proxy.Address, proxy.Port).Uri)
    {
        Credentials = proxy.User is null ? null : new NetworkCredential(proxy.User, proxy.Password),
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, List<IPNetwork> blocked, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        var allowed = addresses.Where(address => !IsBlocked(address, blocked)).ToArray();
        if (allowed.Length == 0)
        {
            throw new HttpRequestException($"The host '{target.Host}' lies in a network that tasks may not reach. The plugin configuration `blockedNetworks` names these networks.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsBlocked(IPAddress address, List<IPNetwork> blocked)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return blocked.Exists(network => network.Contains(plain));
    }
}
