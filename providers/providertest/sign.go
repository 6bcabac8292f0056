package providertest

import "homeward/providers/providertest/sign"

// The signers of package sign under the names that tests use.
var (
	SignShopify     = sign.Shopify
	SignWooCommerce = sign.WooCommerce
	SignStandard    = sign.Standard
	SignEasyPost    = sign.EasyPost
	SignAfterShip   = sign.AfterShip
)
