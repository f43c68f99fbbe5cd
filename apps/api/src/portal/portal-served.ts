import { Injectable, NotFoundException, type CanActivate } from '@nestjs/common';
import { Configuration } from '@app/platform';

/** GraphQL has the portal's fields in every api; they work only where the portal's routes are served. */
@Injectable()
export class PortalServed implements CanActivate {
  constructor(private readonly configuration: Configuration) {}

  canActivate(): boolean {
    if (!this.configuration.API_SURFACES.split(',').includes('portal')) throw new NotFoundException();
    return true;
  }
}
