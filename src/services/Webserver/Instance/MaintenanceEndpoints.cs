using Kestra.Hosting.Maintenance;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Instance;

/// <summary>Begins and ends maintenance, for all processes of the installation. The addresses below <c>cluster</c> are those before 1.0.</summary>
internal sealed class MaintenanceEndpoints(MaintenanceMode maintenance) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder api)
    {
        foreach (var resource in (string[])["instance", "cluster"])
        {
            api.Post($"/{resource}/maintenance/enter", EnterAsync);
            api.Post($"/{resource}/maintenance/exit", ExitAsync);
        }
    }

    private async Task EnterAsync(HttpContext http)
    {
        await maintenance.EnterAsync(http.RequestAborted);
        await Answers.Empty(http, StatusCodes.Status200OK);
    }

    private async Task ExitAsync(HttpContext http)
    {
        await maintenance.ExitAsync(http.RequestAborted);
        await Answers.Empty(http, StatusCodes.Status200OK);
    }
}
